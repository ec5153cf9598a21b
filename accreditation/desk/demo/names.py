"""Names as a British police service's staff list has them: many origins, accents, apostrophes, and long ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from accreditation.people.rules import plain

STAFF_DOMAIN = "example.police.uk"


def _words(text: str) -> list[str]:
    """Split at blanks; an underscore stands for a blank inside a name."""
    return [word.replace("_", " ") for word in text.split()]


ISLANDS = (
    _words(
        "Aisling Alasdair Alison Angharad Anwen Barry Beatrice Bethan Bronwen Callum Catriona Ceri Charlotte Ciarán "
        "Colin Craig Dafydd Declan Deirdre Duncan Eilidh Eleri Eluned Fergus Fiona Gareth Geraint Gillian Graham "
        "Hamish Helen Huw Iain Imogen Ioan Isla Jacqueline Keith Kirsty Lorna Lowri Máire Mairead Malcolm Megan Morag "
        "Neil Niamh Nigel Órla Owen Padraig Philippa Rhiannon Rhys Róisín Rory Ruairí Sandra Seán Shona Siân Siobhán "
        "Stuart Tamsin Trevor Una Wendy"
    ),
    _words(
        "Adams Armstrong Baines Barraclough Bevan Birtwistle Boyle Brennan Buchanan Cadwallader Campbell Carruthers "
        "Clarke Coughlan Craddock D'Arcy Davies Dempsey Doherty Douglas Drummond Eastwood Entwistle Evans Farquharson "
        "Fitzgerald Fletcher Gallagher Gilchrist Griffiths Hargreaves Heathcote Hughes Ingram Jones Kavanagh Kinsella "
        "Lloyd MacDonald MacKenzie McAllister McGrath McIntyre Morgan Murphy Ní_Bhriain Nolan O'Brien O'Connor "
        "O'Donoghue O'Leary O'Sullivan Ó_Ceallaigh Parry Postlethwaite Pritchard Quinn Ramsbottom Roberts Rowntree "
        "Sinclair Smith St_John Stewart Sutherland Taylor Thompson Trevelyan Wainwright Whittaker Williams "
        "Winterbottom Wood Wright"
    ),
)
WORLD = (
    (
        _words(
            "Abiola Adaeze Ama Ayodele Chidi Chiamaka Efua Emeka Folasade Ifeoma Kofi Kwabena Kwame Ngozi Nkechi "
            "Olufemi Oluwaseun Temitope Tunde Yaa"
        ),
        _words(
            "Achebe Adebayo Adeyemi Afolabi Agyeman Amoah Boateng Chukwu Eze Mensah Nwosu Obi Ogunleye Okafor Okonkwo "
            "Olatunji Oluwadamilola-Adeniran Osei Owusu Sowande"
        ),
    ),
    (
        _words(
            "Aaliyah Amandeep Anika Anjali Arjun Balwinder Deepak Farah Fatima Gurpreet Harjit Imran Jaspreet Kavita "
            "Meera Mohammed Nadia Nasreen Parveen Priya Rajesh Rubina Sanjay Shabnam Sunita Tariq Usman Yasmin Zainab"
        ),
        _words(
            "Ahmed Akhtar Ali Banerjee Begum Bhatt Chaudhry Das Dhillon Gill Gupta Hussain Iqbal Khan Krishnamurthy "
            "Malik Mistry Patel Rahman Rao Saini Sharma Singh Subramaniam Venkataraghavan"
        ),
    ),
    (
        _words(
            "Ágnes Agnieszka Andrei Bartłomiej Dorota Elżbieta Ewa Gabriela Grzegorz Ioana Jiří Łukasz Magdalena Marta "
            "Mihai Paweł Rădița Stanisław Tomasz Václav Zoë Żaneta"
        ),
        _words(
            "Dąbrowski Dvořák Grzybowski Horváth Ionescu Kowalczyk Kowalski Lewandowska Łukaszewicz Nagy Novák Popescu "
            "Şerban Szymańska Wiśniewska Wójcik Zieliński Żuk"
        ),
    ),
    (
        _words(
            "Aaron Bernadette Carlton Claudette Delroy Desmond Jermaine Leroy Marcia Marlon Nadine Patrice Shanice "
            "Sharelle Winston Yvonne"
        ),
        _words(
            "Alleyne Bailey Campbell-Forde Clarke-Weekes Francis Gordon Grant Henry James Joseph Lewis Morrison "
            "Pinnock Reid Samuels St_Hilaire Thomas Walters"
        ),
    ),
    (
        _words(
            "Ana Beatriz Björn Chiara Chloé Daniela Émilie François Giulia Héloïse João Jürgen Léa Lucía Mateo "
            "Matthäus Noémie Renée Sofía Søren Théo"
        ),
        _words(
            "Almeida Bjørnstad Costa D'Angelo de_Souza Fernández Ferreira García Gonçalves Lefèvre Müller Muñoz Núñez "
            "Østergaard Rossi Schäfer van_der_Merwe"
        ),
    ),
    (
        _words(
            "Dilan Emre Hyun-woo Jia Leila Mei Minh Minh-Anh Omar Parisa Reza Şebnem Tuấn Wai-Ling Wen Yuki Zeynep Zhi"
        ),
        _words(
            "Abdullahi Al-Rashid Çelik Chan Farahani Hassan Ismail Kim Lim Liu Mehmet Nguyễn Öztürk Tan Tanaka "
            "Warsame Wong Yıldız Yusuf"
        ),
    ),
)
WHOLE = (
    ("Bartholomew Montgomery", "Featherstonehaugh-Cholmondeley"),
    ("Maria del Carmen", "Rodríguez de la Fuente-Hernández"),
    ("Anne-Marie", "Wolstenholme-Ogunbanjo"),
    ("Oluwafunmilayo Abosede", "Ransome-Akinwunmi"),
    ("J", "Ng"),
    ("Bo", "O"),
)
"""Names that break layouts: very long ones and very short ones."""


@dataclass(frozen=True)
class Name:
    given: str
    family: str

    def __str__(self) -> str:
        return f"{self.given} {self.family}"


def names(random: Random) -> Iterator[Name]:
    """Names without end; the first hundreds are all different, and the odd ones come early."""
    seen: set[Name] = set()
    odd = list(WHOLE)
    random.shuffle(odd)
    for place in range(10**9):
        if place % 11 == 5 and odd:
            name = Name(*odd.pop())
        else:
            name = _one(random)
            for _ in range(3):  # a service of thousands has namesakes, a small one hardly
                if name not in seen:
                    break
                name = _one(random)
        if len(seen) < 20_000:
            seen.add(name)
        yield name


def _one(random: Random) -> Name:
    """Three in five from the islands, the others from all over; one family name in twenty-five is of two."""
    given, family = _pools(random)
    name = random.choice(family)
    if random.random() < 0.04:
        other = random.choice(_pools(random)[1])
        if " " not in name + other and "-" not in name + other and other != name:
            name = f"{name}-{other}"
    return Name(random.choice(given), name)


def _pools(random: Random) -> tuple[list[str], list[str]]:
    return ISLANDS if random.random() < 0.6 else random.choice(WORLD)


class Mailboxes:
    """Gives everybody an address of their own, as a directory does: the second Huw Jones is huw.jones2."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def address(self, name: Name, domain: str = STAFF_DOMAIN) -> str:
        stem = ".".join(_letters(part) for part in (name.given, name.family))
        count = self._given[stem] = self._given.get(stem, 0) + 1
        return f"{stem}{count if count > 1 else ''}@{domain}"


def _letters(text: str) -> str:
    return "".join(c for c in plain(text).replace("ı", "i") if c.isascii() and c.isalnum())
