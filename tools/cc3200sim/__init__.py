"""An emulated TI CC3200: the chip, its network processor, its serial flash, and the world on its pins."""
