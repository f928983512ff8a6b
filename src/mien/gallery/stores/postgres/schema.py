"""Makes the tables for all galleries of one PostgreSQL database, in the schema `mien`, and keeps galleries apart.

Every table begins with the number of the gallery that the row is of, which leads its primary key and by which it is
partitioned. Row-level security shows a connection the rows of one gallery: of the number in its setting
`mien.gallery`, and only where its login may use that gallery (see `galleries`).
"""

from __future__ import annotations

import psycopg

from mien.gallery.stores.sql.tables import SCHEMA, TABLES, Table

ROLE = "mien_user"  # what a login needs to be a member of; no superuser, so that row-level security holds
PARTITIONS = 4  # of the tables that grow with the faces; the others stay whole, which makes planning cheap
PARTITIONED = ("faces", "templates", "means", "crops")
VECTORS = ("templates", "means")  # what the server searches; NULL in sealed galleries
KINDS = {"int": "bigint", "real": "double precision", "text": "text", "blob": "bytea"}

HERE = "(SELECT id FROM mien.galleries WHERE id = nullif(current_setting('mien.gallery', true), '')::bigint)"
MAY = (
    "EXISTS (SELECT FROM pg_roles r WHERE r.rolname = keeper AND pg_has_role(session_user, r.oid, 'MEMBER'))"
)

FIRST = (
    "CREATE EXTENSION IF NOT EXISTS vector",
    "CREATE SCHEMA mien",
    "SELECT set_config('search_path', 'mien, ' || extnamespace::regnamespace, true) "
    "FROM pg_extension WHERE extname = 'vector'",  # where the function below finds what it needs
    "CREATE TABLE mien.installation (schema int PRIMARY KEY)",
    f"INSERT INTO mien.installation VALUES ({SCHEMA})",
    # keeper: the role whose members may use the gallery, at first the login that made it
    "CREATE TABLE mien.galleries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
    "name text NOT NULL UNIQUE, keeper name NOT NULL DEFAULT session_user)",
    "ALTER TABLE mien.galleries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    f"CREATE POLICY own ON mien.galleries USING ({MAY})",
)

LINKS, EFFORT = 24, 128  # of the HNSW index; pgvector's 16 and 64 miss too many people of a large gallery

# An index needs the table's owner; here is what lets every login make the one of its own gallery. It is made in
# memory, several times faster than on the disk, and by one process, as containers have little memory to share.
MAKE_INDEX = f"""
CREATE FUNCTION mien.make_hnsw(kind text, model bigint, dim int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET maintenance_work_mem = '1GB'
SET max_parallel_maintenance_workers = 0 AS $$
DECLARE
  here bigint := (SELECT id FROM mien.galleries
                  WHERE id = nullif(current_setting('mien.gallery', true), '')::bigint AND {MAY});
  base text := CASE kind WHEN 'person' THEN 'means' WHEN 'face' THEN 'templates' END;
  name text := format('hnsw_%s_%s_%s', here, model, kind);
BEGIN
  IF here IS NULL OR base IS NULL THEN
    RAISE insufficient_privilege;
  END IF;
  FOR part IN 0 .. {PARTITIONS - 1} LOOP
    IF satisfies_hash_partition(('mien.' || base)::regclass, {PARTITIONS}, part, here) THEN
      EXECUTE format('DROP INDEX IF EXISTS mien.%I', name);
      EXECUTE format('CREATE INDEX %I ON mien.%I USING hnsw ((vec::vector(%s)) vector_ip_ops) '
                     'WITH (m = {LINKS}, ef_construction = {EFFORT}) WHERE gallery = %s AND model_id = %s',
                     name, base || '_' || part, dim, here, model);
    END IF;
  END LOOP;
END $$
"""


def statements() -> list[str]:
    """All that makes the tables of an empty database; what a role may do follows in `rights`."""
    return [*FIRST, *(line for table in TABLES for line in table_statements(table)), MAKE_INDEX]


def table_statements(table: Table) -> list[str]:
    """What makes a table with its partitions, indexes and policy."""
    lines = ["gallery bigint NOT NULL DEFAULT current_setting('mien.gallery')::bigint"]
    lines += [
        f"{name} {KINDS[kind.rstrip('?')]}{'' if kind.endswith('?') else ' NOT NULL'}"
        for name, kind in table.columns
    ]
    lines += ["vec vector"] if table.name in VECTORS else []
    lines.append(f"PRIMARY KEY (gallery, {', '.join(table.key)})")
    lines += [f"UNIQUE (gallery, {column})" for column in table.unique]
    lines += [
        f"FOREIGN KEY (gallery, {column}) REFERENCES mien.{other} (gallery, id) ON DELETE CASCADE"
        for column, other in table.refers.items()
    ]
    split = " PARTITION BY HASH (gallery)" if table.name in PARTITIONED else ""
    made = [f"CREATE TABLE mien.{table.name} ({', '.join(lines)}){split}"]
    for number in range(PARTITIONS if split else 0):
        part = f"mien.{table.name}_{number}"
        made.append(
            f"CREATE TABLE {part} PARTITION OF mien.{table.name} "
            f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
        )
        made.append(
            f"ALTER TABLE {part} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        )  # none may pass
    for columns in table.indexes:
        name = f"{table.name}_by_{'_'.join(columns)}"
        made.append(f"CREATE INDEX {name} ON mien.{table.name} (gallery, {', '.join(columns)})")
    made.append(f"ALTER TABLE mien.{table.name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    made.append(f"CREATE POLICY own ON mien.{table.name} USING (gallery = {HERE})")
    return made


def rights(version: int) -> list[str]:
    """What the role may do; MAINTAIN (since PostgreSQL 17) is to clean what was deleted."""
    tables = [f"mien.{table.name}" for table in TABLES]
    parts = [f"mien.{name}_{i}" for name in PARTITIONED for i in range(PARTITIONS)]
    made = [
        f"GRANT USAGE ON SCHEMA mien TO {ROLE}",
        f"GRANT SELECT ON mien.installation TO {ROLE}",
        f"GRANT SELECT, INSERT ON mien.galleries TO {ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(tables)} TO {ROLE}",
    ]
    if version >= 170000:
        made.append(f"GRANT MAINTAIN ON {', '.join([*tables, *parts])} TO {ROLE}")
    return made


def make(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """Make everything in an empty database, inside the caller's transaction.

    The role is made where the login may make roles; otherwise the login that owns the tables is alone with them.
    """
    for statement in statements():
        db.execute(statement.encode())
    may, there = db.execute(
        "SELECT rolsuper OR rolcreaterole, EXISTS (SELECT FROM pg_roles WHERE rolname = %s) "
        "FROM pg_roles WHERE rolname = current_user",
        (ROLE,),
    ).fetchall()[0]
    if may and not there:
        db.execute(f"CREATE ROLE {ROLE} NOLOGIN".encode())
    if may or there:
        for statement in rights(db.info.server_version):
            db.execute(statement.encode())
