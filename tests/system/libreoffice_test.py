#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""LibreOffice opens, changes and saves documents on the share, as a user does by their URL."""

import os
import re
import urllib.parse
import zipfile

import desktop
import serving

NAME = "brief ä 1.odt"


class Office:
    """A LibreOffice of one user, reached by its scripting interface."""

    def __init__(self, test):
        import uno  # pylint: disable=import-outside-toplevel
        self.uno = uno
        host, port = serving.host_and_port(serving.free_address())
        test.keep_running("soffice", "--headless", "--norestore", "--nologo", "--nodefault",
                          "-env:UserInstallation=file://" + test.scratch(),
                          "--accept=socket,host=%s,port=%d;urp" % (host, port))
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        self.contexts = []
        test.wait_until(lambda: self.connect(resolver, host, port), "LibreOffice answers")
        manager = self.contexts[0].ServiceManager
        self.desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", self.contexts[0])

    def connect(self, resolver, host, port):
        address = "uno:socket,host=%s,port=%d;urp;StarOffice.ComponentContext" % (host, port)
        try:
            self.contexts.append(resolver.resolve(address))
        except self.uno.getClass("com.sun.star.connection.NoConnectException"):
            return False
        return True

    def settings(self, **settings):
        values = []
        for name, value in settings.items():
            value_of = self.uno.createUnoStruct("com.sun.star.beans.PropertyValue")
            value_of.Name = name
            value_of.Value = value
            values.append(value_of)
        return tuple(values)

    def open(self, url, settings=()):
        return self.desktop.loadComponentFromURL(url, "_blank", 0, (*self.settings(Hidden=True), *settings))

    def new(self):
        return self.open("private:factory/swriter")


def sign_in_as(user, password):
    """Somebody who answers when LibreOffice asks for a password (an interaction handler of UNO)."""
    import unohelper  # pylint: disable=import-outside-toplevel
    from com.sun.star.task import XInteractionHandler  # pylint: disable=import-outside-toplevel,import-error

    class SignIn(unohelper.Base, XInteractionHandler):
        def handle(self, request):
            for answer in request.getContinuations():
                if hasattr(answer, "setUserName"):
                    answer.setUserName(user)
                    answer.setPassword(password)
                    answer.select()
                    return

    return SignIn()


def text_of(path):
    """What the document has to say, as far as a test cares."""
    with zipfile.ZipFile(path) as document:
        return document.read("content.xml").decode()


class LibreofficeTest(desktop.DesktopTest):
    PROGRAMS = ("soffice",)

    def setUp(self):
        try:
            import uno  # pylint: disable=import-outside-toplevel,unused-import
        except ImportError:
            self.fail("python3-uno is not installed: ./dev deps")
        super().setUp()
        with self.step("start"):
            self.office = Office(self)

    def url(self, name):
        return self.served.url + urllib.parse.quote(name)

    def locks_of(self, name):
        """The locks that the server shows."""
        answer = self.served.request("PROPFIND", "/" + urllib.parse.quote(name), depth="0", body=(
            '<propfind xmlns="DAV:"><prop><lockdiscovery/></prop></propfind>'))
        self.assertEqual(answer.status, 207)
        return re.findall(r"<D:activelock>.*?</D:activelock>", answer.body.decode(), re.DOTALL)

    def put_by_another(self, name):
        return self.served.request("PUT", "/" + urllib.parse.quote(name), body="theirs").status

    def test_locks(self):
        with self.step("save a new document, which is locked then"):
            document = self.office.new()
            document.Text.String = "mine"
            document.storeAsURL(self.url(NAME), ())
            locks = self.locks_of(NAME)
            self.assertEqual(len(locks), 1)
            self.assertIn("<D:exclusive/>", locks[0])
            self.assertEqual(self.put_by_another(NAME), 423)
        with self.step("save under the lock"):
            document.Text.String = "mine, changed"
            document.store()
            self.assertIn("mine, changed", text_of(self.stored(NAME)))
            self.assertEqual(self.put_by_another(NAME), 423)
        with self.step("close, which takes the lock away"):
            document.close(True)
            self.assertEqual(self.locks_of(NAME), [])
        with self.step("open, which locks again"):
            document = self.office.open(self.url(NAME))
            self.assertEqual(len(self.locks_of(NAME)), 1)
            self.assertFalse(document.isReadonly())
        with self.step("a second user starts, and can only read"):
            theirs = Office(self).open(self.url(NAME))
            self.assertTrue(theirs.isReadonly())
            self.assertEqual(theirs.Text.String, "mine, changed")
        with self.step("the second user saves elsewhere"):
            theirs.storeAsURL(self.url("theirs.odt"), ())
            self.assertIn("mine, changed", text_of(self.stored("theirs.odt")))
            theirs.close(True)
        with self.step("the first user still saves"):
            document.Text.String = "mine, changed again"
            document.store()
            self.assertIn("changed again", text_of(self.stored(NAME)))
        with self.step("save as another name, which moves the lock"):
            document.storeAsURL(self.url("copy.odt"), ())
            self.assertEqual((len(self.locks_of(NAME)), len(self.locks_of("copy.odt"))), (0, 1))
            document.close(True)
            self.assertEqual(self.locks_of("copy.odt"), [])
            self.assertEqual(self.put_by_another("copy.odt"), 204)

    def test_the_server_restarts(self):
        """With a state folder, locks outlive a server that is killed."""
        self.served.stop()
        options = ("--state", self.scratch())
        address = self.served.address
        self.served = self.serve(self.folder, *options, address=address)
        with self.step("open a document and change it"):
            document = self.office.new()
            document.storeAsURL(self.url(NAME), ())
            document.Text.String = "not yet saved"
        with self.step("the server is killed, and starts again"):
            self.served.kill()
            self.served = self.serve(self.folder, *options, address=address)
            self.assertEqual(len(self.locks_of(NAME)), 1)
            self.assertEqual(self.put_by_another(NAME), 423)
        with self.step("save under the lock from before"):
            document.store()
            self.assertIn("not yet saved", text_of(self.stored(NAME)))
            document.close(True)
            self.assertEqual(self.locks_of(NAME), [])

    def test_documents(self):
        with self.step("write a document, and save it as a new file on the share"):
            document = self.office.new()
            document.Text.String = "first words"
            document.storeAsURL(self.url(NAME), ())
            self.assertIn("first words", text_of(self.stored(NAME)))
        with self.step("change and save it"):
            document.Text.String = "second words"
            document.store()
            self.assertIn("second words", text_of(self.stored(NAME)))
        with self.step("close it"):
            document.close(True)
        with self.step("open it"):
            document = self.office.open(self.url(NAME))
            self.assertFalse(document.isReadonly())
            self.assertEqual(document.Text.String, "second words")
        with self.step("change and save what was opened"):
            document.Text.String = "third words"
            document.store()
            self.assertIn("third words", text_of(self.stored(NAME)))
        with self.step("save as a new file in a folder"):
            os.mkdir(self.stored("ordner ä"))
            document.storeAsURL(self.url("ordner ä/copy #1.odt"), ())
            self.assertIn("third words", text_of(self.stored("ordner ä", "copy #1.odt")))
        with self.step("save again under the new name"):
            document.Text.String = "fourth words"
            document.store()
            self.assertIn("fourth words", text_of(self.stored("ordner ä", "copy #1.odt")))
            self.assertIn("third words", text_of(self.stored(NAME)))
        with self.step("save as over another file"):
            document.storeAsURL(self.url(NAME), ())
            self.assertIn("fourth words", text_of(self.stored(NAME)))
        with self.step("save a copy in another format"):
            document.storeToURL(self.url("copy.docx"), self.office.settings(FilterName="MS Word 2007 XML"))
            with zipfile.ZipFile(self.stored("copy.docx")) as copy:
                self.assertIn("fourth words", copy.read("word/document.xml").decode())
        with self.step("export as PDF"):
            document.storeToURL(self.url("copy.pdf"), self.office.settings(FilterName="writer_pdf_Export"))
            self.assertEqual(serving.read_file(self.stored("copy.pdf"))[:5], b"%PDF-")
        with self.step("close it again"):
            document.close(True)
        with self.step("open a document of another format, change and save it"):
            document = self.office.open(self.url("copy.docx"))
            self.assertEqual(document.Text.String, "fourth words")
            document.Text.String = "fifth words"
            document.store()
            document.close(True)
            with zipfile.ZipFile(self.stored("copy.docx")) as copy:
                self.assertIn("fifth words", copy.read("word/document.xml").decode())
        with self.step("open what is not there"):
            with self.assertRaises(self.office.uno.getClass("com.sun.star.lang.IllegalArgumentException")):
                self.office.open(self.url("absent.odt"))
        self.assert_names(NAME, "copy.docx", "copy.pdf", "ordner ä", "ordner ä/copy #1.odt")


if __name__ == "__main__":
    desktop.main("libreoffice")
