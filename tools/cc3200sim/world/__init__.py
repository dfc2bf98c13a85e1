"""What is outside the chip: pins and wires, serial terminals, devices on buses."""
