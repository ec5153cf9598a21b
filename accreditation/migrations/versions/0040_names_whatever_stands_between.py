"""People are found by their names whatever stands between the parts: “obrien” finds O’Brien, “smith jones” Smith-Jones.

What they are found by is written anew from each record, in blocks. The rule is the one of that day, written out here.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

AT_ONCE = 5000

NOT_DECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
LETTERS_OF_A_KIND = str.maketrans({"ı": "i"} | dict.fromkeys(map(chr, range(0x2B9, 0x2C0)), "'"))


def plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.casefold().translate(NOT_DECOMPOSED))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip()


def found_under(said: str) -> list[str]:
    parts = re.findall(r"[^\W_]+", plain(said).translate(LETTERS_OF_A_KIND)) or plain(said).split()
    return ["".join(parts[first:]) for first in range(len(parts))]


def search_text(*said: str | None) -> str:
    return f" {' '.join(word for one in said for word in found_under(one or ''))} "


def upgrade() -> None:
    person = sa.table(
        'person',
        *(sa.column(name, sa.String) for name in ('given_name', 'family_name', 'reference', 'pay_number', 'search_text')),
        sa.column('id', sa.Integer),
    )
    word = sa.table('person_word', sa.column('word', sa.String), sa.column('person_id', sa.Integer))
    kept = person.c.given_name, person.c.family_name, person.c.reference, person.c.pay_number
    people = sa.select(person.c.id, person.c.search_text, *kept).order_by(person.c.id).limit(AT_ONCE)
    rewrite = sa.update(person).where(person.c.id == sa.bindparam('whose')).values(search_text=sa.bindparam('text'))
    forget = sa.delete(word).where(word.c.person_id == sa.bindparam('whose'))
    connection, last = op.get_bind(), 0
    while found := connection.execute(people.where(person.c.id > last)).all():
        anew = [{'whose': row.id, 'text': search_text(*row[2:])} for row in found]
        changed = [one for one, row in zip(anew, found, strict=True) if one['text'] != row.search_text]
        if changed:
            connection.execute(rewrite, changed)
            connection.execute(forget, [{'whose': one['whose']} for one in changed])
            words = [{'word': w, 'person_id': one['whose']} for one in changed for w in sorted(set(one['text'].split()))]
            if words:
                connection.execute(sa.insert(word), words)
        last = found[-1].id
