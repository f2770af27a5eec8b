"""What Alembic runs around the steps: within the caller's transaction, replacing tables where SQLite cannot alter."""

from alembic import context

from openk2.server.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
