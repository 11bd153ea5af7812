def pre_init_hook(env):
    """Address book and history are searched by any part of a text, which only a
    trigram index makes fast."""
    env.cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    # Odoo looked for it before this hook, and would leave the indexes out.
    env.registry.has_trigram = True
