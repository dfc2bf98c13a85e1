"""The build's own logic: importable and tested without SCons, which only calls it."""
