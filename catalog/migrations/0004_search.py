"""What the catalogue's search reads.

Stored generated columns that Django does not know of: PostgreSQL keeps them by itself, no SELECT of
the ORM loads them, no form, import or history copies them. With indexes on the
expressions alone, the words of every found tour would be made anew from its texts to rank it.

Whoever removes or retypes one of the texts below must drop and add these columns in his migration.
"""

import django.contrib.postgres.indexes
from django.db import migrations

# Only words are left of a text: no tags and entities, no signs (the parser would take "a/b" for a
# path and "-5" for a number), ё as е, the Uzbek letters beyond Russian as their neighbours, and no
# apostrophe however it is written, so that oʻ, o‘ and o' are one letter. ``\n`` is JSON's.
WORDS = r"""
CREATE FUNCTION catalog_words(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(
    translate(
        regexp_replace(left($1, 40000), '<[^>]*>|&#?[a-z0-9]+;|\\[nrt]', ' ', 'g'),
        'ЁёЎўҚқҒғҲҳ''`´ʹʻʼʽʾʿ‘’‛′＇', 'ЕеУуКкГгХх'
    ),
    '[!-/:-@[-`{-~]+', ' ', 'g'
);
"""


def text(*parts: str) -> str:
    return f"catalog_words({" || ' ' || ".join(parts)})"


def of_days(language: str, name: str) -> str:
    return f"jsonb_path_query_array(itinerary_{language}, '$[*].{name}')::text"


def vector(*texts: str, weight: str) -> str:
    """``{0}`` in the texts stands for the language; there is no Uzbek stemmer."""
    configs = {"ru": "russian", "en": "english", "uz": "simple"}
    return " || ".join(
        f"setweight(to_tsvector('{config}', {text(*texts).format(language)}), '{weight}')"
        for language, config in configs.items()
    )


TITLE = "title_{0}"
NAMES = ("meeting_point_{0}", of_days("{0}", "title"))
TEXTS = ("description_{0}", of_days("{0}", "text"))
RANKED = f"{vector(TITLE, weight='A')} || {vector(*NAMES, weight='B')}"
ALL = f"strip({vector(TITLE, *NAMES, *TEXTS, weight='D')})"
TITLES = f"lower({text('title_ru', 'title_uz', 'title_en')})"

# All words to find by; few words, which lie in the row itself, to rank by.
COLUMNS = f"""
ALTER TABLE catalog_tour
    ADD COLUMN search tsvector GENERATED ALWAYS AS ({ALL}) STORED,
    ADD COLUMN search_names tsvector GENERATED ALWAYS AS ({RANKED}) STORED,
    ADD COLUMN search_titles text GENERATED ALWAYS AS ({TITLES}) STORED;
ALTER TABLE catalog_tourcategory
    ADD COLUMN search tsvector GENERATED ALWAYS AS ({vector(TITLE, weight="B")}) STORED;
CREATE INDEX tour_by_words ON catalog_tour USING gin (search);
CREATE INDEX tour_by_likeness ON catalog_tour USING gin (search_titles gin_trgm_ops);
"""
NO_COLUMNS = """
ALTER TABLE catalog_tourcategory DROP COLUMN search;
ALTER TABLE catalog_tour DROP COLUMN search_titles, DROP COLUMN search_names, DROP COLUMN search;
"""

# A function, because the operator that uses the index has its threshold in a setting. At 0.4 one
# wrong, missing or swapped letter in a word of six still finds it.
LIKE = """
CREATE FUNCTION catalog_tours_like(VARIADIC words text[])
RETURNS TABLE (id bigint, likeness real)
LANGUAGE sql STABLE
SET pg_trgm.word_similarity_threshold = 0.4
AS $$
    SELECT t.id, max(word_similarity(w, t.search_titles))
    FROM unnest(words) w JOIN catalog_tour t ON w <% t.search_titles
    GROUP BY t.id
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_the_whole_catalogue")]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION catalog_words(text)"),
        migrations.RunSQL(COLUMNS, NO_COLUMNS),
        migrations.RunSQL(LIKE, "DROP FUNCTION catalog_tours_like(text[])"),
        migrations.AddIndex(
            model_name="tour",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["parameters"], name="tour_by_parameters", opclasses=["jsonb_path_ops"]
            ),
        ),
    ]
