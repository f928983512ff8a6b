"""The tables of a gallery file.

people 1 - n faces 1 - n templates (one per face and model); templates without a face are a person's
means, one per model. `changes` names what was touched, so that indexes in other processes catch up.
Ids are never used again (AUTOINCREMENT): an index cannot mistake somebody new for somebody forgotten.
"""

APPLICATION_ID = 0x4D69656E  # "Mien"
SCHEMA = 1

TABLES = """
CREATE TABLE gallery (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    uuid TEXT NOT NULL,
    created REAL NOT NULL,          -- this and all times: seconds since 1970, UTC
    mien TEXT NOT NULL              -- version of Mien that made the file
);
CREATE TABLE people (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,      -- Unicode NFC
    created REAL NOT NULL,
    updated REAL NOT NULL
);
CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    dim INTEGER NOT NULL
);
CREATE TABLE faces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    source TEXT NOT NULL,           -- path or URI
    sha256 TEXT NOT NULL,           -- of the image file, or ''
    x1 REAL NOT NULL, y1 REAL NOT NULL, x2 REAL NOT NULL, y2 REAL NOT NULL,
    quality REAL NOT NULL,
    issues TEXT NOT NULL,           -- names of mien.Issue, separated by spaces
    enrolled REAL NOT NULL
);
CREATE INDEX faces_person ON faces (person_id);
CREATE TABLE templates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    face_id INTEGER REFERENCES faces ON DELETE CASCADE,   -- NULL: mean of the person's faces
    model_id INTEGER NOT NULL REFERENCES models,
    half BLOB NOT NULL,             -- float16, little-endian, unit length
    int8 BLOB NOT NULL,
    scale REAL NOT NULL             -- int8 * scale approximates half
);
CREATE UNIQUE INDEX templates_face ON templates (model_id, face_id) WHERE face_id IS NOT NULL;
CREATE UNIQUE INDEX templates_mean ON templates (model_id, person_id) WHERE face_id IS NULL;
CREATE INDEX templates_of_person ON templates (person_id, model_id, face_id);
CREATE INDEX templates_of_face ON templates (face_id);
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    time REAL NOT NULL,
    what TEXT NOT NULL,
    person_id INTEGER NOT NULL,     -- no reference: the log outlives whom it names
    face_id INTEGER
);
"""
