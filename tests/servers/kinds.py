# SPDX-License-Identifier: Apache-2.0
"""The servers that tests can have, each as its own package brings it, with the least that makes it
answer.  Nothing is kept on a disk longer than the test, so nothing is synced."""

import os
import signal
import subprocess
import sys

from server import HERE, LIBRARIES, Server, free_port, root_with, write_file

MANY = 256  # connections at once, at least


class MariaDb(Server):
    """No passwords; the database "weft" is there."""

    PROGRAM = "usr/sbin/mariadbd"
    ANSWER = b"MariaDB"
    user, password, database = "weft", "", "weft"

    def command(self):
        os.mkdir(self.path("data"))
        write_file(self.path("init.sql"), "CREATE DATABASE weft;\n")
        return [self.package(self.PROGRAM), "--no-defaults", "--skip-grant-tables", "--skip-name-resolve",
                "--datadir=" + self.path("data"), "--socket=" + self.path("socket"),
                "--pid-file=" + self.path("pid"), "--init-file=" + self.path("init.sql"),
                "--lc-messages-dir=" + self.package("usr/share/mysql"),
                "--bind-address=" + self.host, "--port=%d" % self.port, "--max-connections=%d" % MANY,
                "--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M", "--performance-schema=0",
                "--innodb-flush-log-at-trx-commit=0", "--innodb-use-native-aio=0"]


class PostgreSql(Server):
    """No passwords; the user "weft" may do everything, in the database "postgres"."""

    PROGRAM = "usr/lib/postgresql/15/bin/postgres"
    QUESTION = b"\0\0\0\x25\0\3\0\0user\0weft\0database\0postgres\0\0"
    ANSWER = b"R\0\0\0\x08\0\0\0\0"  # authenticated
    END_SIGNAL = signal.SIGQUIT  # "immediate shutdown": its shared memory goes with it
    user, password, database = "weft", "", "postgres"

    def command(self):
        programs = os.path.dirname(self.package(self.PROGRAM))
        settings = {"listen_addresses": self.host, "port": self.port, "max_connections": MANY,
                    "unix_socket_directories": self.folder, "fsync": "off", "jit": "off",
                    "shared_buffers": "16MB", "dynamic_shared_memory_type": "mmap",
                    "timezone": "GMT", "log_timezone": "GMT"}
        options = " ".join("-c %s=%s" % pair for pair in settings.items())
        return ["sh", "-c", "'%s/initdb' -D data -U weft -A trust -E UTF8 --locale=C --no-sync "
                            "--no-instructions && exec '%s/postgres' -D data %s"
                % (programs, programs, options)]


class Redis(Server):
    PROGRAM = "usr/bin/redis-server"
    QUESTION = b"PING\r\n"
    ANSWER = b"+PONG"

    def command(self):
        # Times of clients that wait are looked at `hz` times a second.
        return [self.package(self.PROGRAM), "--bind", self.host, "--port", str(self.port), "--save", "",
                "--dir", self.folder, "--hz", "500"]


class Memcached(Server):
    PROGRAM = "usr/bin/memcached"
    QUESTION = b"version\r\n"
    ANSWER = b"VERSION"

    def command(self):
        return [self.package(self.PROGRAM), "-l", self.host, "-p", str(self.port), "-m", "16", "-t", "1"]


class RabbitMq(Server):
    """guest, guest.  Some seconds to start."""

    PROGRAM = "usr/lib/rabbitmq/bin/rabbitmq-server"
    QUESTION = b"AMQP\0\0\x09\x01"
    ANSWER = b"\x01\0\0"  # the frame of connection.start
    user, password = "guest", "guest"

    def __init__(self):
        super().__init__()
        self.names_port, self.distribution_port = free_port(), free_port()

    def home(self, inside, prefix):
        """The newest folder of @inside whose name begins with @prefix: its version."""
        folder = self.package(inside)
        return os.path.join(folder, max(name for name in os.listdir(folder) if name.startswith(prefix)))

    def environment(self):
        erlang = self.package("usr/lib/erlang")
        rabbit = self.home("usr/lib/rabbitmq/lib", "rabbitmq_server-")
        place = self.path
        return dict(
            super().environment(), EMU="beam", PROGNAME="erl", ROOTDIR=erlang,
            BINDIR=os.path.join(self.home("usr/lib/erlang", "erts-"), "bin"),
            ERL_LIBS=rabbit + "/plugins", ERL_EPMD_PORT=str(self.names_port), ERL_EPMD_ADDRESS=self.host,
            ERL_CRASH_DUMP=place("crash"), RABBITMQ_HOME=rabbit,
            RABBITMQ_NODENAME="weft@" + self.host, RABBITMQ_USE_LONGNAME="true",
            RABBITMQ_NODE_IP_ADDRESS=self.host, RABBITMQ_NODE_PORT=str(self.port),
            RABBITMQ_DIST_PORT=str(self.distribution_port), RABBITMQ_MNESIA_BASE=place("mnesia"),
            RABBITMQ_MNESIA_DIR=place("mnesia", "weft"), RABBITMQ_LOGS="-", RABBITMQ_LOG_BASE=place("logs"),
            RABBITMQ_ENABLED_PLUGINS_FILE=place("plugins"), RABBITMQ_PLUGINS_DIR=rabbit + "/plugins",
            RABBITMQ_CONFIG_FILE=place("conf"), RABBITMQ_ADVANCED_CONFIG_FILE=place("advanced"),
            RABBITMQ_GENERATED_CONFIG_DIR=place("generated"), RABBITMQ_PID_FILE=place("pid"),
            RABBITMQ_FEATURE_FLAGS_FILE=place("flags"), RABBITMQ_CONF_ENV_FILE="/dev/null")

    def command(self):
        # epmd, which other nodes would ask for this one's port, would be started as a daemon.
        arguments = "-noinput -boot start_sasl -s rabbit boot +W w +S 2:2 +sbwt none " \
                    "-kernel inet_dist_use_interface '{127,0,0,1}' " \
                    "-kernel inet_dist_listen_min %d -kernel inet_dist_listen_max %d " \
                    "-kernel prevent_overlapping_partitions false " \
                    "-syslog logger '[]' -syslog syslog_error_logger false" \
                    % (self.distribution_port, self.distribution_port)
        return ["sh", "-c", '"$BINDIR/epmd" & exec "$BINDIR/erlexec" ' + arguments]


class Slapd(Server):
    """`base` has `n_people` people below it: uid=person7,dc=weft,dc=test."""

    PROGRAM = "usr/sbin/slapd"
    QUESTION = bytes.fromhex("300c020101600702010304008000")  # an anonymous bind
    ANSWER = bytes.fromhex("300c02010161")
    base, user, password = "dc=weft,dc=test", "cn=admin,dc=weft,dc=test", "secret"
    n_people = 100

    CONFIG = """\
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
database mdb
suffix "{base}"
rootdn "{user}"
rootpw {password}
directory {folder}/data
dbnosync
"""

    def people(self):
        yield "dn: %s\nobjectClass: dcObject\nobjectClass: organization\no: Weft\ndc: weft\n" % self.base
        for number in range(self.n_people):
            yield ("dn: uid=person{0},{1}\nobjectClass: inetOrgPerson\nuid: person{0}\ncn: Person {0}\n"
                   "sn: {0}\nmail: person{0}@weft.test\n").format(number, self.base)

    def command(self):
        os.mkdir(self.path("data"))
        write_file(self.path("conf"), self.CONFIG.format(
            schema=self.package("etc/ldap/schema"), modules=self.package("usr/lib/ldap"), base=self.base,
            user=self.user, password=self.password, folder=self.folder))
        write_file(self.path("people.ldif"), "\n".join(self.people()))
        program = self.package(self.PROGRAM)
        return ["sh", "-c", "'%s' -T add -q -f conf -l people.ldif && exec '%s' -f conf -h ldap://%s -d 0"
                % (program, program, self.address)]


class Sshd(Server):
    """The user "weft", by the key in the file `key_path`, with /bin/sh."""

    PROGRAM = "usr/sbin/sshd"
    ANSWER = b"SSH-2.0-"
    user = "weft"

    CONFIG = """\
Port {port}
ListenAddress {host}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
MaxStartups {many}
PermitUserEnvironment no
Subsystem sftp internal-sftp
"""

    @property
    def key_path(self):
        return self.path("key")

    def make_key(self, path):
        program = os.path.join(root_with("usr/bin/ssh-keygen"), "usr/bin/ssh-keygen")
        subprocess.run([program, "-q", "-t", "ed25519", "-N", "", "-C", "weft", "-f", path], check=True)

    def environment(self):
        """Who runs this server is called "weft" in it, and has a shell."""
        return dict(super().environment(), NSS_WRAPPER_PASSWD=self.path("passwd"),
                    NSS_WRAPPER_GROUP=self.path("group"))

    def command(self):
        write_file(self.path("passwd"), "weft:x:{0}:{0}::{1}:/bin/sh\n".format(self.USER, self.folder))
        write_file(self.path("group"), "weft:x:%d:\n" % self.USER)
        self.make_key(self.path("host_key"))
        self.make_key(self.key_path)
        write_file(self.path("conf"), self.CONFIG.format(port=self.port, host=self.host, many=MANY,
                                                         folder=self.folder))
        wrapper = self.package(LIBRARIES + "/libnss_wrapper.so")
        return ["env", "LD_PRELOAD=" + wrapper, self.package(self.PROGRAM), "-D", "-e", "-f",
                self.path("conf")]


class Prosody(Server):
    """alice and bob @localhost, whose passwords are their names; anonymous.localhost wants none."""

    PROGRAM = "usr/bin/prosody"
    QUESTION = (b"<stream:stream to='localhost' xmlns='jabber:client' version='1.0' "
                b"xmlns:stream='http://etherx.jabber.org/streams'>")
    ANSWER = b"</stream:features>"
    domain, anonymous_domain, people = "localhost", "anonymous.localhost", ("alice", "bob")

    CONFIG = """\
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
log = {{ warn = "*console" }}
interfaces = {{ "{host}" }}
c2s_ports = {{ {port} }}
s2s_ports = {{}}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
modules_enabled = {{ "roster", "saslauth", "disco", "ping", "presence", "message", "iq" }}
modules_disabled = {{ "s2s", "tls", "offline" }}
VirtualHost "localhost"
    authentication = "internal_plain"
VirtualHost "anonymous.localhost"
    authentication = "anonymous"
"""

    # Where the script looks for what it needs is written in it.
    PLACES = {"CFG_SOURCEDIR": "usr/lib/prosody", "CFG_PLUGINDIR": "usr/lib/prosody/modules/"}

    def script(self):
        with open(self.package(self.PROGRAM), encoding="utf-8") as file:
            for line in file:
                name = line.split("=")[0]
                yield "%s='%s';\n" % (name, self.package(self.PLACES[name])) if name in self.PLACES else line

    def environment(self):
        scripts, objects = self.package("usr/share/lua/5.4"), self.package(LIBRARIES + "/lua/5.4")
        return dict(super().environment(),
                    LUA_PATH="%s/?.lua;%s/?/init.lua;;" % (scripts, scripts), LUA_CPATH=objects + "/?.so;;")

    def command(self):
        accounts = self.path("data", "localhost", "accounts")
        os.makedirs(accounts)
        for name in self.people:
            write_file(os.path.join(accounts, name + ".dat"), 'return { ["password"] = "%s" };\n' % name)
        config = self.path("prosody.cfg.lua")
        write_file(config, self.CONFIG.format(folder=self.folder, host=self.host, port=self.port))
        write_file(self.path("prosody.lua"), "".join(self.script()))
        return [self.package("usr/bin/lua5.4"), self.path("prosody.lua"), "-F", "--config", config]


class OwnServer(Server):
    """One of this folder's own programs, for what no package serves."""

    SCRIPT = None
    USER = os.getuid()

    def arguments(self):
        return []

    def command(self):
        return [sys.executable, os.path.join(HERE, self.SCRIPT), self.address, *map(str, self.arguments())]


class SmtpSink(OwnServer):
    """Takes every mail, @delay_ms after its end, and keeps it in the folder `mails`: 1.eml, 2.eml, ...
    with X-From and X-To as the envelope had them."""

    SCRIPT = "smtp_sink.py"
    ANSWER = b"220 "

    def __init__(self, delay_ms=0):
        super().__init__()
        self.delay_ms = delay_ms

    @property
    def mails(self):
        return self.path("mails")

    def arguments(self):
        os.mkdir(self.mails)
        return [self.delay_ms, self.mails]


class DelayingProxy(OwnServer):
    """In front of @server: what that answers arrives @delay_ms later; nothing else is slower."""

    SCRIPT = "delaying_proxy.py"

    def __init__(self, server, delay_ms=100):
        super().__init__()
        self.server, self.delay_ms = server, delay_ms
        self.QUESTION, self.ANSWER = server.QUESTION, server.ANSWER

    def arguments(self):
        return [self.server.address, self.delay_ms]
