# SPDX-License-Identifier: Apache-2.0
"""The servers that compare.py runs: each as its own processes, with its own configuration, in a
folder of the run, on a free port of the loopback.  What a distribution has running stays alone."""

import base64
import os
import shutil
import signal
import socket
import subprocess
import time

UNPACKED = os.path.abspath("build/peers")  # where ./dev unpacks what it does not install
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def find_file(*paths):
    """The first of @paths that exists, here or below UNPACKED."""
    for path in paths:
        for candidate in (path, UNPACKED + path):
            if os.path.exists(candidate):
                return candidate
    raise FileNotFoundError("none of " + ", ".join(paths))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(path):
    """With its key in the same file."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", path, "-out",
                    path + ".new"], stderr=subprocess.DEVNULL, check=True)
    with open(path, "ab") as file, open(path + ".new", "rb") as more:
        file.write(more.read())


def read_text(path):
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read()


def process_stat(pid):
    """The fields of /proc/PID/stat behind the name: [0] is the state."""
    return read_text("/proc/%d/stat" % pid).rpartition(")")[2].split()


class Server:
    """One server under test.  Subclasses say how it is configured and started."""

    name = ""
    headers = {}  # what each request must have

    def __init__(self, folder, root, n_workers, disk=None):
        """@folder: in memory; @disk: a folder that is not."""
        self.folder = os.path.join(folder, self.name)
        self.disk = os.path.join(disk, self.name) if disk else None
        self.root = root
        self.n_workers = n_workers
        self.port = 0
        self.tls_port = 0
        self.process = None

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    @property
    def tls_address(self):
        """Of those that are measured with TLS."""
        return "127.0.0.1:%d" % self.tls_port

    @property
    def certificate(self):
        return os.path.join(self.folder, "certificate.pem")

    def command(self):
        raise NotImplementedError

    def version(self):
        raise NotImplementedError

    def configuration(self):
        """The text of the configuration file, if it has one."""
        return None

    def start(self):
        for own in (self.folder, self.disk):
            if own:
                shutil.rmtree(own, ignore_errors=True)
                os.makedirs(own)
                os.chmod(own, 0o777)
        self.port = free_port()
        self.tls_port = free_port()
        make_certificate(self.certificate)
        text = self.configuration()
        if text is not None:
            with open(os.path.join(self.folder, "server.conf"), "w", encoding="ascii") as file:
                file.write(text)
        with open(os.path.join(self.folder, "output"), "wb") as output:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, start_new_session=True)
        self.wait_until_it_accepts()

    def wait_until_it_accepts(self):
        give_up = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > give_up:
                    self.stop()
                    raise RuntimeError("%s does not start:\n%s" % (
                        self.name, read_text(os.path.join(self.folder, "output"))))
                time.sleep(0.02)

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.process = None

    def pids(self):
        """All its processes."""
        parents = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    parents.setdefault(int(process_stat(int(name))[1]), []).append(int(name))
                except OSError:
                    pass
        found = [self.process.pid]
        for pid in found:
            found += parents.get(pid, [])
        return found

    def cpu_s(self):
        """User and system time of all its processes, those that have ended included."""
        ticks = 0
        for pid in self.pids():
            try:
                stat = process_stat(pid)
            except OSError:
                continue
            ticks += sum(int(value) for value in stat[11:15])
        return ticks / TICKS_PER_S

    def memory_bytes(self):
        """Proportional set size: a page that processes share is counted once in all."""
        total = 0
        for pid in self.pids():
            for line in read_text("/proc/%d/smaps_rollup" % pid).splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        return total


class Weftdav(Server):
    name = "weftdav"
    program = "build/release/bin/weftdav"
    durability = "process"

    def command(self):
        return [os.path.abspath(self.program), "--listen", "http://" + self.address, "--listen",
                "https://" + self.tls_address, "--tls-certificate", self.certificate, "--workers",
                str(self.n_workers), "--durability", self.durability, self.root]

    def version(self):
        return subprocess.run([self.program, "--version"], capture_output=True, text=True,
                              check=True).stdout.split()[-1]


class WeftdavUsers(Weftdav):
    """With a user who signs in (Basic)."""
    name = "weftdav-users"
    headers = {"Authorization": "Basic " + base64.b64encode(b"ann:secret").decode()}

    def command(self):
        users = os.path.join(self.folder, "users")
        subprocess.run([self.program, "passwd", users, "ann"], input="secret\n", check=True, text=True)
        return super().command()[:-1] + ["--users", users, self.root]


class WeftdavPower(Weftdav):
    name = "weftdav-power"
    durability = "power"


class WeftdavState(Weftdav):
    """Its locks on a disk."""
    name = "weftdav-state"

    def command(self):
        return super().command()[:-1] + ["--state", self.disk, self.root]


class WeftdavStatePower(WeftdavState):
    name = "weftdav-state-power"
    durability = "power"


class Nginx(Server):
    name = "nginx"

    def program(self):
        return find_file("/usr/sbin/nginx")

    def command(self):
        return [self.program(), "-p", self.folder, "-e", os.path.join(self.folder, "error.log"), "-c",
                os.path.join(self.folder, "server.conf")]

    def version(self):
        text = subprocess.run([self.program(), "-v"], capture_output=True, text=True, check=True).stderr
        return text.split("/")[-1].split()[0] + " with dav-ext"

    def configuration(self):
        user = "user root;" if os.getuid() == 0 else ""
        return f"""
load_module {find_file("/usr/lib/nginx/modules/ngx_http_dav_ext_module.so")};
daemon off; {user} worker_processes {self.n_workers}; worker_rlimit_nofile 20000;
pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ worker_connections 16000; }}
http {{
    dav_ext_lock_zone zone=locks:10m; access_log off; sendfile on; tcp_nodelay on; default_type application/octet-stream;
    keepalive_timeout 600s; keepalive_requests 1000000000;
    client_max_body_size 0; client_body_temp_path {self.folder}/body;
    proxy_temp_path {self.folder}/proxy; fastcgi_temp_path {self.folder}/fastcgi;
    uwsgi_temp_path {self.folder}/uwsgi; scgi_temp_path {self.folder}/scgi;
    server {{
        listen {self.address}; listen {self.tls_address} ssl; root {self.root};
        ssl_certificate {self.certificate}; ssl_certificate_key {self.certificate};
        location / {{
            dav_methods PUT DELETE MKCOL COPY MOVE; dav_ext_methods PROPFIND OPTIONS;
        }}
        location /locked/ {{
            dav_methods PUT DELETE MKCOL COPY MOVE;
            dav_ext_methods PROPFIND OPTIONS LOCK UNLOCK; dav_ext_lock zone=locks;
        }}
    }}
}}
"""


class Apache(Server):
    name = "Apache"

    def program(self):
        return find_file("/usr/sbin/apache2")

    def command(self):
        return [self.program(), "-D", "FOREGROUND", "-d", self.folder, "-f",
                os.path.join(self.folder, "server.conf")]

    def version(self):
        text = subprocess.run([self.program(), "-v"], capture_output=True, text=True, check=True).stdout
        return text.split("/")[1].split()[0] + " with mod_dav_fs"

    def configuration(self):
        modules = ["mpm_event", "authz_core", "mime", "dav", "dav_fs"]
        loads = "\n".join("LoadModule %s_module %s" % (
            name, find_file("/usr/lib/apache2/modules/mod_%s.so" % name)) for name in modules)
        user = "User www-data\nGroup www-data" if os.getuid() == 0 else ""
        return f"""
{loads}
{user}
ServerName 127.0.0.1
ServerRoot {self.folder}
PidFile {self.folder}/pid
ErrorLog {self.folder}/error.log
LogLevel crit
Listen {self.address}
Mutex file:{self.folder} default
TypesConfig {find_file("/etc/mime.types")}
StartServers {self.n_workers}
ServerLimit 8
ThreadsPerChild 64
ThreadLimit 64
MaxRequestWorkers 512
AsyncRequestWorkerFactor 400
MinSpareThreads 64
MaxSpareThreads 512
KeepAlive On
KeepAliveTimeout 600
MaxKeepAliveRequests 0
Timeout 600
EnableSendfile On
LimitRequestBody 0
DocumentRoot {self.root}
DavLockDB {self.folder}/locks
<Directory {self.root}>
    Dav On
    DavDepthInfinity On
    Require all granted
</Directory>
"""


class Lighttpd(Server):
    name = "lighttpd"

    def program(self):
        return find_file("/usr/sbin/lighttpd")

    def command(self):
        modules = os.path.dirname(find_file("/usr/lib/lighttpd/mod_webdav.so"))
        return [self.program(), "-D", "-m", modules, "-f", os.path.join(self.folder, "server.conf")]

    def version(self):
        text = subprocess.run([self.program(), "-v"], capture_output=True, text=True, check=True).stdout
        return text.split("/")[1].split()[0] + " with mod_webdav"

    def database_folder(self):
        return self.folder

    def configuration(self):
        return f"""
server.modules = ("mod_webdav")
server.document-root = "{self.root}"
server.bind = "127.0.0.1"
server.port = {self.port}
server.errorlog = "{self.folder}/error.log"
server.upload-dirs = ("{self.folder}")
server.max-fds = 20000
server.max-connections = 16000
server.max-keep-alive-requests = 1000000000
server.max-keep-alive-idle = 600
server.max-read-idle = 600
server.max-write-idle = 600
webdav.activate = "enable"
webdav.is-readonly = "disable"
webdav.sqlite-db-name = "{self.database_folder()}/properties.db"
webdav.opts = ("propfind-depth-infinity" => "enable")
mimetype.assign = (".txt" => "text/plain", ".html" => "text/html", "" => "application/octet-stream")
"""


class LighttpdDisk(Lighttpd):
    """Its locks on a disk."""
    name = "lighttpd-disk"

    def database_folder(self):
        return self.disk
