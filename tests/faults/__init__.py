"""What goes wrong, and that no fax is sent twice or lost all the same.

`rig`         a database, the processes of its server, its providers
`inside`      what runs in those processes
`papers`      pages that tell which fax they are
`invariants`  what must be true when everything has come to rest
"""
