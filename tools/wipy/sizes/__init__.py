"""Where an image's bytes go, and whether they fit.

An image byte is loaded (code, constants, initial values); a RAM byte only exists while running (bss, stacks).
"""
