"""The network processor behind its SPI link. Facts of the wire: TI's host driver (drivers/cc3100/inc/protocol.h)."""
