// What the wipy module does besides what Python asks of it.
#ifndef CC3200_BINDINGS_MODWIPY_H
#define CC3200_BINDINGS_MODWIPY_H

// At the end of a session, when no thread runs any more: an update that one of them had begun is given up.
void wipy_threads_ended(void);

#endif
