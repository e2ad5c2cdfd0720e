"""People as they are called: by billing, by their bank, and by themselves.

The common Dutch surnames come often and the rare ones seldom, as in life: with a few names alone no
name would ever tell two customers apart, with only rare ones every name would.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from tests.evaluation.dice import Dice

# Prefix and surname, the most common first (after the Nederlandse Familienamenbank's ranking).
_COMMON = (
    ("de", "Jong"), ("", "Jansen"), ("de", "Vries"), ("van den", "Berg"), ("van", "Dijk"),
    ("", "Bakker"), ("", "Janssen"), ("", "Visser"), ("", "Smit"), ("", "Meijer"),
    ("de", "Boer"), ("", "Mulder"), ("de", "Groot"), ("", "Bos"), ("", "Vos"),
    ("", "Peters"), ("", "Hendriks"), ("van", "Leeuwen"), ("", "Dekker"), ("", "Brouwer"),
    ("de", "Wit"), ("", "Dijkstra"), ("", "Smits"), ("de", "Graaf"), ("van der", "Meer"),
    ("van der", "Linden"), ("", "Kok"), ("", "Jacobs"), ("de", "Haan"), ("", "Vermeulen"),
    ("van den", "Heuvel"), ("van der", "Veen"), ("van den", "Broek"), ("de", "Bruijn"),
    ("de", "Bruin"), ("van der", "Heijden"), ("", "Schouten"), ("van", "Beek"), ("", "Willems"),
    ("van", "Vliet"), ("van de", "Ven"), ("", "Hoekstra"), ("", "Maas"), ("", "Verhoeven"),
    ("", "Koster"), ("van", "Dam"), ("van der", "Wal"), ("", "Prins"), ("", "Blom"),
    ("", "Huisman"), ("", "Peeters"), ("de", "Jonge"), ("", "Kuipers"), ("van", "Veen"),
    ("", "Post"), ("", "Kuiper"), ("", "Veenstra"), ("", "Kramer"), ("van den", "Brink"),
    ("", "Scholten"), ("van", "Wijk"), ("", "Postma"), ("", "Martens"), ("", "Vink"),
    ("", "Çelik"), ("", "Yılmaz"), ("", "El Amrani"), ("", "Daniëls"), ("", "Crèvecœur"),
    ("", "Noë"), ("", "Piët"), ("van 't", "Hof"), ("in 't", "Veld"), ("op den", "Kamp"),
    ("", "Singh"), ("", "Nguyen"), ("", "Öztürk"), ("", "Bouali"), ("ten", "Cate"),
)  # fmt: skip
_STEMS = (
    "Oosten Wester Noorder Zuider Linden Eiken Berken Wilgen Hazel Heide Veld Kerk Molen Brug "
    "Water Zand Klein Groen Rood Swart Zonne Sterren Haver Rogge Tarwe Vlas Schaap Vossen "
    "Arends Valken Raven Uilen Reiger Zwanen Horst Klooster Abt Graven Konings Keizers Ridders "
    "Smeden Bakkers Kuipers Wevers Schippers Vissers Jagers Herders Boeren Hoeve Beuken Essen "
    "Elzen Dorens Rozen Lelie Mast Anker Zeil Duin Strand Polder"
).split()
_ENDINGS = (
    "brink berg man veld kamp horst dijk sma stra huis beek poort hof laar wijk oord ink "
    "burg dam donk aar gaard zicht bosch heuvel stede rade loo weerd daal"
).split()
_RARE_PREFIXES = ("", "", "", "", "van", "van", "van de", "van der", "te", "ter", "uit den")
_GERMAN = (
    "Müller Schröder Köhler Weiß Groß Böhm Schäfer Krüger Jäger Möller Vogel Lehmann Schulze "
    "Hoffmann Kaiser Fuchs Lang Scholz"
).split()
_POLISH = (
    "Nowak Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
    "Kozłowski Jabłoński Mazur Krawczyk Wiśniewski Łukaszewicz Żukowski Gałązka"
).split()
_FIRST_NAMES = {
    "NL": (
        "Jan Johanna Pieter Maria Kees Anna Hendrik Wilhelmina Willem Elisabeth Gerrit Cornelia "
        "Daan Emma Sem Julia Lucas Sophie Levi Noor Bram Tess Thijs Eva Mohamed Fatima Ahmed "
        "Aïcha René Chloë Zoë Loïs Bart Ingrid Ruud Marjolein Sjoerd Femke Tjitske Wouter Ömer "
        "Yvonne Xander Quinten Ursula Olga Vera"
    ).split(),
    "DE": "Jürgen Sabine Jörg Monika Günther Käthe Stefan Ute Björn Heike Dieter Anke".split(),
    "PL": "Paweł Małgorzata Łukasz Agnieszka Michał Zofia Krzysztof Żaneta Piotr Ewa".split(),
}
_COMPANIES = (
    "Bouwbedrijf", "Schildersbedrijf", "Uitzendbureau", "Transport", "Zorggroep", "Kwekerij",
    "Installatiebedrijf", "Bakkerij", "Handelsonderneming", "Autobedrijf",
)  # fmt: skip
_OFFICES = ("Bewindvoering", "Budgetbeheer", "Bewindvoeringen en Mentorschap", "Inkomensbeheer")
_WITHOUT_DECOMPOSITION = {
    ord("ł"): "l",
    ord("Ł"): "L",
    ord("ı"): "i",
    ord("ß"): "ss",
    ord("œ"): "oe",
}
_FORMS = ("B.V.", "BV", "VOF", "", "Holding B.V.")


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    initials: str
    """Without dots: `JP`."""
    prefix: str
    surname: str
    country: str = "NL"

    @property
    def surname_key(self) -> str:
        return surname_key(self.surname)

    @property
    def full_surname(self) -> str:
        return f"{self.prefix} {self.surname}".strip()

    @property
    def dotted(self) -> str:
        return "".join(f"{letter}." for letter in self.initials)


@cache
def surname_key(surname: str) -> str:
    """As people and banks confuse surnames: no capitals, accents or punctuation."""
    return "".join(letter for letter in plain(surname).lower() if letter.isalpha())


@cache
def plain(name: str) -> str:
    """Without the accents that many banks cannot write."""
    split = unicodedata.normalize("NFKD", name.translate(_WITHOUT_DECOMPOSITION))
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def person(dice: Dice) -> Person:
    throw = dice.random()
    if throw < 0.03:
        return _named(dice, "DE", "", dice.pick(_GERMAN))
    if throw < 0.06:
        return _named(dice, "PL", "", dice.pick(_POLISH))
    if throw < 0.25:
        # The power leans to the front of the list: one in a hundred is called as the first.
        prefix, surname = _COMMON[int(dice.random() ** 1.4 * len(_COMMON))]
        return _named(dice, "NL", prefix, surname)
    surname = dice.pick(_STEMS) + dice.pick(_ENDINGS)
    if dice.happens(0.5):
        surname = dice.pick(_STEMS) + surname.lower()
    if dice.happens(0.12):
        surname += f"-{dice.pick(_COMMON)[1]}"
    return _named(dice, "NL", dice.pick(_RARE_PREFIXES), surname)


def relative(dice: Dice, of: Person) -> Person:
    """Someone of the same surname whose initials begin with another letter."""
    while True:
        other = _named(dice, of.country, of.prefix, of.surname)
        if other.initials[0] != of.initials[0]:
            return other


def stranger_to(dice: Dice, known: Person) -> Person:
    """Someone of another surname."""
    while True:
        other = person(dice)
        if other.surname_key != known.surname_key:
            return other


def _named(dice: Dice, country: str, prefix: str, surname: str) -> Person:
    first = dice.pick(_FIRST_NAMES[country])
    initials = plain(first[0])
    while country == "NL" and len(initials) < 4 and dice.happens(0.45):
        initials += dice.pick("ABCDEFGHIJKLMNPRSTWJMAC")
    return Person(first, initials, prefix, surname, country)


def billed_name(dice: Dice, who: Person) -> str:
    """As the customer file has it."""
    throw = dice.random()
    if who.country != "NL":
        return f"{who.first_name} {who.surname}"
    if throw < 0.65:
        return f"{who.dotted} {who.full_surname}"
    if throw < 0.85:
        return f"{dice.pick(('Dhr.', 'Mevr.', 'De heer', 'Mw.'))} {who.dotted} {who.full_surname}"
    if throw < 0.93:
        return f"{who.first_name} {who.full_surname}"
    return f"{who.dotted} {who.full_surname} e/o {dice.pick('ABCDEHJKLM')}. {dice.pick(_STEMS)}sma"


def banked_name(dice: Dice, who: Person) -> str:
    """As a bank writes the holder of an account."""
    spaced = " ".join(who.initials)
    throw = dice.random()
    if throw < 0.35:
        return f"{who.dotted} {who.full_surname}"
    if throw < 0.50:
        return plain(f"{spaced} {who.full_surname}").upper()
    if throw < 0.65:
        return plain(f"{dice.pick(('Hr', 'Mw', 'Hr/Mw'))} {who.initials} {who.full_surname}")
    if throw < 0.80:
        return f"{who.initials} {who.full_surname}"
    if throw < 0.90:
        return plain(f"{who.first_name} {who.full_surname}")
    return plain(f"{who.full_surname} {who.initials}").upper()


def initials_shown(shown: str, who: Person) -> str:
    """What a written name tells of somebody's initials: a first name only the first of them."""
    return who.initials[:1] if plain(who.first_name) in plain(shown) else who.initials


def company(dice: Dice) -> str:
    return f"{dice.pick(_COMPANIES)} {person(dice).full_surname} {dice.pick(_FORMS)}".strip()


def administration_office(dice: Dice) -> str:
    """A bewindvoerder's office: it pays for the people whose money it keeps."""
    return f"{dice.pick(_STEMS)}{dice.pick(_ENDINGS)} {dice.pick(_OFFICES)}"
