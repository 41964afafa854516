"""The clients that are measured, each a program of its own: `client FARM.json --mix --sites --workers --pages`.

Each prints one line of JSON (`clients.common.Measured`): what its process took from the first site to the last.
"""
