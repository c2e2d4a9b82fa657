"""Why an action was not done: one error type, its code for programs and its values for a sentence.

Doors turn the code into a sentence of the reader's language (returns/sentences.py).
"""


class Refused(Exception):
    """Nothing was written. `code` is stable; `field` names the input it is about, where there is one."""

    def __init__(self, code: str, *, field: str = "", **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.field = field
        self.values = values
