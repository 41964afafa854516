"""A farm of sites on loopback, without root: a name server, web servers, a certificate authority (`farm.farm.Farm`).

The rest of the package is what its processes run. Every site is a name whose first word says how it behaves
(`farm.sites`), so that name server, web server and clients agree without a table.
"""
