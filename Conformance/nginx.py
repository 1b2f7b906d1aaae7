"""nginx with certificates of a private authority, in front of servers of the tests."""
import os
import socket
import subprocess

# What a location needs that passes WebSockets on.
UPGRADE = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"


def certificates(folder):
    """An authority `ca.pem`, another one `other.pem`, and of the former certificates `here` and `elsewhere`: for this host, and for none."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    for name in ("ca", "other"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-keyout",
                f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN=Millrace test {name}")
    for name, names in (("here", "DNS:localhost,IP:127.0.0.1"), ("elsewhere", "DNS:elsewhere.example")):
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key", "-out",
                f"{name}.csr", "-subj", f"/CN={name}")
        with open(os.path.join(folder, f"{name}.ext"), "w") as file:
            file.write(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile",
                f"{name}.ext", "-out", f"{name}.pem")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder, bodies):
    """Runs one server block for each certificate: `bodies` has their locations by the certificate's name. Returns process and ports."""
    certificates(folder)
    # Another process may take a port between its choice and its use.
    for _ in range(5):
        ports = {name: free_port() for name in bodies}
        servers = "".join(f"""
        server {{
            listen 127.0.0.1:{ports[name]} ssl;
            ssl_certificate {folder}/{name}.pem;
            ssl_certificate_key {folder}/{name}.key;
            {body}
        }}""" for name, body in bodies.items())
        with open(f"{folder}/nginx.conf", "w") as file:
            file.write(f"""
    daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
    events {{ worker_connections 512; }}
    http {{
        access_log off; proxy_buffering off;
        client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
        uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;{servers}
    }}""")
        os.chmod(folder, 0o755)
        environment = os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
        process = subprocess.Popen(["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=environment)
        while process.poll() is None:
            try:
                for port in ports.values():
                    socket.create_connection(("127.0.0.1", port)).close()
                return process, ports
            except OSError:
                try:
                    process.wait(0.05)
                except subprocess.TimeoutExpired:
                    pass
    raise SystemExit("nginx does not start: " + open(f"{folder}/error.log").read())
