// The news of a failed form is its error summary: the focus goes there.
document.getElementById("errors")?.focus();
