"""What goes wrong, and that no fax is sent twice or lost all the same.

`adapters`    what is particular to each provider
`rig`         a database, the processes of its server, its providers
`inside`      what runs in those processes
`papers`      pages that tell which fax they are
`plan`        what happens in a schedule, from its seed
`schedules`   playing many of them
`invariants`  what must be true when everything has come to rest
"""
