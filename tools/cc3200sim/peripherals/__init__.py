"""The blocks of the chip, one class a block by its datasheet name. `blocks.py` puts them together."""
