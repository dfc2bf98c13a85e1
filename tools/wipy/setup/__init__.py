"""What a build needs on this machine and how it gets there: Python packages, compilers, the third-party source.

`sconsw` runs wipy.setup.environment before anything is installed, so all of it uses Python's own library alone.
"""
