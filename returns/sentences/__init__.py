"""What people read, in the language that is active: codes and values of the domain turned into sentences.

Decisions and actions speak in codes with values. Pages, letters and the API share these sentences.

    writing     days, money, countries, goods
    codes       reasons of verdicts, refusals of actions, kinds of events
    verdicts    a whole verdict, for the shopper
    promises    a policy, for the merchant; which policy counts
    findings    what the linter says of a policy
    breaks      what does not agree with the payment provider
"""

from returns.sentences.breaks import of_break
from returns.sentences.codes import of_event, of_reason, of_refusal
from returns.sentences.findings import of_issue
from returns.sentences.promises import of_precedence, of_terms
from returns.sentences.verdicts import of_verdict
from returns.sentences.writing import day, money, until

__all__ = [
    "day",
    "money",
    "of_break",
    "of_event",
    "of_issue",
    "of_precedence",
    "of_reason",
    "of_refusal",
    "of_terms",
    "of_verdict",
    "until",
]
