"""Certificates for tests, made by the openssl command: an authority, and what it signed."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A certificate and its private key, both PEM."""

    certificate: Path
    key: Path


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def authority(folder: Path, name: str) -> Certificate:
    """A certificate authority."""
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    subject = ("-subj", f"/CN={name}", "-days", "3650")
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", made.key, "-out", made.certificate, *subject)
    return made


def signed(folder: Path, name: str, by: Certificate, *, first: str, last: str) -> Certificate:
    """A certificate of an authority, valid between two dates (YYYYMMDDHHMMSSZ)."""
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    request = folder / f"{name}.csr"
    _openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", made.key, "-out", request, "-subj", f"/CN={name}")
    database, config = folder / f"{name}.db", folder / f"{name}.cnf"
    database.write_text("")
    config.write_text(
        "[ca]\ndefault_ca=d\n[d]\n"
        f"database={database}\nnew_certs_dir={folder}\ndefault_md=sha256\npolicy=p\nrand_serial=yes\nunique_subject=no\n"
        "[p]\ncommonName=supplied\n"
    )
    signer = ("-cert", by.certificate, "-keyfile", by.key)
    dates = ("-startdate", first, "-enddate", last)
    _openssl("ca", "-batch", "-notext", "-config", config, "-in", request, "-out", made.certificate, *signer, *dates)
    return made


def der(certificate: Path) -> bytes:
    """A certificate as DER."""
    return subprocess.run(
        ["openssl", "x509", "-in", certificate, "-outform", "DER"], check=True, capture_output=True
    ).stdout
