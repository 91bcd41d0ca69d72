"""Small PDF files for the tests, generated so that the repository contains no third-party files."""


def make_pdf(pages: list[str], *, is_locked: bool = False) -> bytes:
    """Return a PDF whose pages have one line of text each; an empty line gives a page without text.

    A locked PDF is encrypted with an unknown password.
    """
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        _pages(len(pages)),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, line in enumerate(pages):
        page = (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R"
            f" >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        text = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET" if line else "0 0 100 100 re f"
        objects += [page, f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"]
    if is_locked:
        password_hash = "41" * 32
        objects.append(
            f"<< /Filter /Standard /V 1 /R 2 /O <{password_hash}> /U <{password_hash}> /P -44 >>"
        )
    return _file(objects, is_locked)


def _pages(count: int) -> str:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    return f"<< /Type /Pages /Kids [{kids}] /Count {count} >>"


def _file(objects: list[str], is_locked: bool) -> bytes:
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    encryption = (
        f"/Encrypt {len(objects)} 0 R /ID [<{'00' * 16}> <{'00' * 16}>]" if is_locked else ""
    )
    trailer = (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {encryption}"
        f" >>\nstartxref\n{len(body)}\n%%EOF\n"
    )
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()
