"""Which sources the FTP server's pure part is, for the tests and fuzzers that build it on this machine."""

SERVERS = "ports/cc3200/servers"
FTP = [
    "tests/host/ftp_memory_host.c",
    f"{SERVERS}/login.c",
    *(f"{SERVERS}/ftp/{name}.c" for name in ("engine", "transfer", "reply", "command", "listing", "path", "text")),
]
