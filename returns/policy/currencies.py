"""ISO 4217: which currencies there are, and how many decimals each has.

One table for imports, pages, letters and papers. It is the standard's, neither CLDR's, which rounds dinars and
rials to whole ones, nor a payment provider's, which counts ISK and UGX in hundredths and MGA in ones (money.md):
such differences are the business of that provider's gateway.
"""

from decimal import Decimal
from functools import lru_cache

_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
        COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
        INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
        MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
        SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
}
EXPONENTS = {code: decimals for decimals, codes in _DECIMALS.items() for code in codes.split()}
"""Currency -> decimals. BGN and ANG are gone as money, but returns of what they paid for are not."""


@lru_cache(maxsize=10_000)  # a shop has few prices, and a file of its orders many lines
def minor_units(amount: str, currency: str) -> int:
    """`"12.5"` of EUR as 1250: exact, never through a float, zeros beyond the currency's decimals allowed.

    Raises KeyError for an unknown currency, ValueError for what is no plain decimal number with a point, and
    TooFine for one that the currency has no coin for.
    """
    exponent = EXPONENTS[currency]
    whole, point, fraction = amount.removeprefix("-").partition(".")
    digits = whole + fraction
    if not (whole and digits.isascii() and digits.isdigit()) or (point and not fraction):
        raise ValueError(f"{amount!r} is not a decimal number")
    fraction = fraction.rstrip("0")
    if len(fraction) > exponent:
        raise TooFine(f"{currency} has {exponent} decimals, {amount!r} more")
    minor = int(whole + fraction.ljust(exponent, "0"))
    return -minor if amount.startswith("-") else minor


def major_units(amount: int, currency: str) -> Decimal:
    """1250 minor units of EUR as 12.50: for showing. Raises KeyError for an unknown currency."""
    return Decimal(amount).scaleb(-EXPONENTS[currency])


class TooFine(ValueError):
    """More decimals than the currency has."""
