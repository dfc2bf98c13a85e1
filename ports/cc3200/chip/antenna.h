// Which antenna the radio uses: the one on the board or the one on its connector.
#ifndef CC3200_CHIP_ANTENNA_H
#define CC3200_CHIP_ANTENNA_H

typedef enum {
    ANTENNA_INTERNAL,
    ANTENNA_EXTERNAL,
} antenna_t;

// Drive the board's antenna switch; on a board without one this only remembers the choice.
void antenna_select(antenna_t antenna);
antenna_t antenna_selected(void);

#endif // CC3200_CHIP_ANTENNA_H
