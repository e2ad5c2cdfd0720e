"""From facts to bytes: sentences (Jinja2), e-mail (text and HTML) and letters (PDF)."""
