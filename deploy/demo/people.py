"""A thousand customers out of a seed: names, addresses and IBANs that are nobody's."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from schwifty import IBAN

_GIVEN = """
Anna Bas Carlijn Daan Eva Finn Greet Hugo Iris Jan Karin Lars Maria Niels Olga Piet Roos Sem Tess
Umit Vera Willem Yara Zoë Ahmed Bouchra Chaima Dirk Els Fatima Gijs Hanna Ibrahim Joke Kees Lotte
""".split()
_PREFIXES = ("", "", "", "de ", "van ", "van der ", "van den ", "ten ", "el ")
_FAMILY = """
Jansen Vries Berg Bakker Visser Smit Meijer Boer Mulder Groot Bos Vos Peters Dekker
Brink Hendriks Dijkstra Kok Graaf Heijden Schouten Beek Veen Wal Linden Haan Molenaar Prins
Verhoeven Yilmaz Idrissi
Kuipers Post Blom Huisman Timmermans Wolters Scholten Postma Hoekstra Nowak Öztürk Zijlstra Kramer
""".split()
_STREETS = """
Dorpsstraat Kerkweg Molenlaan Waterweg Stationsstraat Schoolstraat Wilgenlaan Eikenhof Parkzicht
Haven Vijverlaan Nieuweweg Beukenlaan Zandpad Lindelaan
""".split()
_CITIES = (("3511", "Utrecht"), ("8011", "Zwolle"), ("9712", "Groningen"), ("6511", "Nijmegen"))
_BANKS = ("ABNA", "INGB", "RABO", "TRIO", "KNAB", "BUNQ")


@dataclass(frozen=True, slots=True)
class Person:
    """One customer, with the contract and the account that come with them."""

    place: int
    name: str
    email: str | None
    street: str
    house_number: str
    postcode: str
    city: str
    iban: str
    direct_debit: bool
    language: str
    reading_m3: int
    used_m3: int

    @property
    def number(self) -> str:
        return f"K{100_000 + self.place}"

    @property
    def contract_number(self) -> str:
        return f"C{100_000 + self.place}"


def people(count: int, seed: int) -> list[Person]:
    """The same people for the same seed. Two in three pay by debit; one uses far too much."""
    random = Random(seed)  # noqa: S311 - to look alive, not to keep a secret
    return [_person(random, place, odd=place == count // 2) for place in range(count)]


def _person(random: Random, place: int, *, odd: bool) -> Person:
    given, family = random.choice(_GIVEN), random.choice(_FAMILY)
    postcode, city = random.choice(_CITIES)
    letters = "".join(random.choice("BCDGHJKLNPRSTVWXZ") for _ in range(2))
    account = f"{random.randrange(10**9):010}"
    iban = IBAN.generate("NL", bank_code=random.choice(_BANKS), account_code=account)
    # One in twenty has no e-mail address and gets letters.
    mailbox = f"{given}.{family}.{place}@example.org".lower()
    ascii_mailbox = mailbox.encode("ascii", "ignore").decode()
    return Person(
        place=place,
        name=f"{given} {random.choice(_PREFIXES)}{family}",
        email=None if place % 20 == 7 else ascii_mailbox,
        street=random.choice(_STREETS),
        house_number=str(random.randrange(1, 200)),
        postcode=f"{postcode} {letters}",
        city=city,
        iban=str(iban),
        direct_debit=place % 3 != 0,
        language="en" if place % 10 == 3 else "nl",
        reading_m3=random.randrange(50, 900),
        used_m3=900 if odd else random.randrange(8, 60),
    )
