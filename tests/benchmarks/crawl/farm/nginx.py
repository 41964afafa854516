"""nginx for the sites that answer at once: of all servers it leaves most of the machine to the client."""

import os
import shutil
from pathlib import Path

from tests.benchmarks.crawl.farm import sites

_CONF = """\
daemon off; {user} worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log crit;
worker_rlimit_nofile 8192;
events {{ worker_connections 4000; multi_accept on; }}
http {{
  types {{ text/plain txt; text/html html; }} default_type text/plain;
  access_log off; tcp_nodelay on; etag on; gzip_static on; gzip_vary on; server_tokens off; keepalive_timeout 15s;
  open_file_cache max=100 inactive=600s;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  map $host $last {{ ~(?<digit>\\d)\\.farm $digit; default 0; }}
  server {{
{listen}
    ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off;
    root {folder}/www;
    location = /robots.txt {{ try_files /robots$last.txt =404; }}
    location = / {{ try_files /home.html =404; }}
    location = /terms {{ default_type text/html; try_files /terms.html =404; }}
    location = /llms.txt {{ try_files /terms.txt =404; }}
    location / {{ return 404; }}
  }}
}}
"""


def command(folder: Path, https: int, http: int) -> list[str] | None:
    """Write the configuration, and say how to start nginx; None where there is none."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        return None
    listen = "\n".join(
        f"    listen {address}:{https} ssl backlog=4096; listen {address}:{http} backlog=4096;"
        for address in sites.ANSWERING
    )
    # A master that is root gives its worker away to a user who may not read a temporary folder.
    user = "user root;" if os.geteuid() == 0 else ""
    conf = folder / "nginx.conf"
    conf.write_text(_CONF.format(folder=folder, listen=listen, user=user))
    return [program, "-p", str(folder), "-c", str(conf), "-e", str(folder / "nginx.log")]
