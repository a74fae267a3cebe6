/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients do, in their order, and what goes wrong where a server answers otherwise; gathered
 * from recordings of them and from the reports of people who met it.
 */
#include "webdav/weftdav/doctor/steps.h"

#include <string.h>
#include <weft/scan.h>

#include "webdav/xml/reader.h"

#define CONTENT "what was written first\n"
#define NEW_CONTENT "what was written in its place\n"
#define MIN_LOCK_S 180
#define CUT_OFF_BODY "this is only half of what was announced, and must never be seen"

/* ---- looking at answers ---- */

/* The first element called @name below @root, in the order of the document. */
static const WeftDavXmlNode *
find_below(const WeftDavXmlNode *root, const char *name)
{
    const WeftDavXmlNode *node = root;

    while (node != NULL && !(node->kind == WEFT_DAV_XML_ELEMENT && strcmp(node->name, name) == 0)) {
        const WeftDavXmlNode *next = node->first_child;

        while (next == NULL && node != root) {
            next = node->next;
            node = node->parent;
        }
        node = next;
    }
    return node;
}

static const char *
text_below(const WeftDavXmlNode *root, const char *name)
{
    const WeftDavXmlNode *node = find_below(root, name);

    if (node == NULL || node->first_child == NULL || node->first_child->text == NULL)
        return "";
    return node->first_child->text;
}

static char *
check_reason(const GError *error)
{
    return g_strdup_printf("its XML cannot be read (%s)", error->message);
}

static char *
check_class_2(const WeftDavAnswer *answer, WeftDavMemory *memory G_GNUC_UNUSED)
{
    g_autofree char *classes = weft_dav_answer_field(answer, "DAV");
    const char *list = classes;
    size_t length = classes != NULL ? strlen(classes) : 0;
    const char *item;
    size_t item_length;

    while (weft_scan_list_next(&list, &length, &item, &item_length))
        if (item_length == 1 && *item == '2')
            return NULL;
    if (classes == NULL)
        return g_strdup("the answer has no DAV field");
    return g_strdup_printf("the DAV field is \"%s\": no locks (class 2)", classes);
}

static char *
check_some_dav(const WeftDavAnswer *answer, WeftDavMemory *memory G_GNUC_UNUSED)
{
    g_autofree char *classes = weft_dav_answer_field(answer, "DAV");
    g_autofree char *challenge = weft_dav_answer_field(answer, "WWW-Authenticate");

    return classes != NULL || challenge != NULL ? NULL : g_strdup("the answer has no DAV field");
}

static char *
check_author_via(const WeftDavAnswer *answer, WeftDavMemory *memory)
{
    g_autofree char *via = weft_dav_answer_field(answer, "MS-Author-Via");

    if (via == NULL || strstr(via, "DAV") == NULL)
        return g_strdup("the answer has no \"MS-Author-Via: DAV\"");
    return check_class_2(answer, memory);
}

static char *
check_folder(const WeftDavAnswer *answer, WeftDavMemory *memory G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WeftDavXml) xml = weft_dav_xml_read(answer->body, answer->body_length, &error);

    if (xml == NULL)
        return check_reason(error);
    if (find_below(find_below(weft_dav_xml_root(xml), "resourcetype"), "collection") == NULL)
        return g_strdup("the answer does not call it a collection");
    return NULL;
}

/* The element is there, and not in a propstat of its own with 404. */
static char *
check_property(const WeftDavAnswer *answer, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WeftDavXml) xml = weft_dav_xml_read(answer->body, answer->body_length, &error);

    if (xml == NULL)
        return check_reason(error);
    if (*text_below(weft_dav_xml_root(xml), name) == '\0')
        return g_strdup_printf("the answer has no %s", name);
    return NULL;
}

static char *
check_quota(const WeftDavAnswer *answer, WeftDavMemory *memory G_GNUC_UNUSED)
{
    return check_property(answer, "quota-available-bytes");
}

static char *
check_old_time(const WeftDavAnswer *answer, WeftDavMemory *memory G_GNUC_UNUSED)
{
    char *problem = check_property(answer, "getlastmodified");

    if (problem == NULL && strstr(answer->body, "Sun, 09 Sep 2001 01:46:40 GMT") == NULL)
        problem = g_strdup("the file has another time");
    return problem;
}

static char *
check_name(const WeftDavAnswer *answer, WeftDavMemory *memory G_GNUC_UNUSED)
{
    return strcasestr(answer->body, "caf%c3%a9%20%26%20co.txt") != NULL ||
                   strstr(answer->body, "caf\xc3\xa9%20&amp;%20co.txt") != NULL ||
                   strcasestr(answer->body, "caf%c3%a9%20&amp;%20co.txt") != NULL
               ? NULL
               : g_strdup("the listing does not have the name that was given");
}

/* Every propstat says that it was done. */
static char *
check_set(const WeftDavAnswer *answer, WeftDavMemory *memory G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(WeftDavXml) xml = weft_dav_xml_read(answer->body, answer->body_length, &error);

    if (xml == NULL)
        return check_reason(error);
    const char *status = text_below(weft_dav_xml_root(xml), "status");
    if (strstr(status, " 20") == NULL)
        return g_strdup_printf("a property was refused: %s", status);
    return NULL;
}

static char *
keep_token(const WeftDavAnswer *answer, WeftDavMemory *memory)
{
    g_autofree char *token = weft_dav_answer_field(answer, "Lock-Token");

    if (token == NULL || strlen(token) < 3 || token[0] != '<')
        return g_strdup("the answer has no Lock-Token");
    g_free(memory->token);
    memory->token = g_strndup(token + 1, strlen(token) - 2);
    return NULL;
}

static char *
keep_long_token(const WeftDavAnswer *answer, WeftDavMemory *memory)
{
    g_autoptr(WeftDavXml) xml = NULL;
    g_autoptr(GError) error = NULL;
    char *problem = keep_token(answer, memory);
    uint64_t seconds = 0;

    if (problem != NULL)
        return problem;
    xml = weft_dav_xml_read(answer->body, answer->body_length, &error);
    if (xml == NULL)
        return check_reason(error);
    const char *timeout = text_below(weft_dav_xml_root(xml), "timeout");
    if (g_str_has_prefix(timeout, "Second-") &&
        (weft_scan_decimal(timeout + 7, strlen(timeout + 7), &seconds) == 0 ||
         seconds < MIN_LOCK_S))
        return g_strdup_printf("the lock lasts %s only", timeout);
    return NULL;
}

static char *
forget_token(const WeftDavAnswer *answer G_GNUC_UNUSED, WeftDavMemory *memory)
{
    g_clear_pointer(&memory->token, g_free);
    return NULL;
}

static char *
check_length_0(const WeftDavAnswer *answer, WeftDavMemory *memory G_GNUC_UNUSED)
{
    g_autofree char *length = weft_dav_answer_field(answer, "Content-Length");

    return g_strcmp0(length, "0") == 0 ? NULL
                                       : g_strdup("the answer does not say that it is empty");
}

static char *
check_content(const WeftDavAnswer *answer, WeftDavMemory *memory)
{
    const char *content = memory->content != NULL ? memory->content : "";

    if (strcmp(answer->body, content) == 0)
        return NULL;
    return g_strdup_printf("%zu bytes come back, other than the %zu that were written",
                           answer->body_length, strlen(content));
}

/* ---- bodies ---- */

#define XML "<?xml version=\"1.0\" encoding=\"utf-8\" ?>"
#define XML_TYPE "Content-Type: text/xml; charset=\"utf-8\"\r\n"
#define EXCLUSIVE "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>"
#define LOCK_BODY(owner)                                                                           \
    XML "<D:lockinfo xmlns:D=\"DAV:\">" EXCLUSIVE "<D:owner>" owner "</D:owner></D:lockinfo>"
#define WIN32_TIME "Mon, 19 Oct 2026 08:00:00 GMT"
#define WIN32_BODY                                                                                 \
    XML "<D:propertyupdate xmlns:D=\"DAV:\" "                                                      \
        "xmlns:Z=\"urn:schemas-microsoft-com:\"><D:set><D:prop>"                                   \
        "<Z:Win32CreationTime>" WIN32_TIME "</Z:Win32CreationTime>"                                \
        "<Z:Win32LastAccessTime>" WIN32_TIME "</Z:Win32LastAccessTime>"                            \
        "<Z:Win32LastModifiedTime>" WIN32_TIME "</Z:Win32LastModifiedTime>"                        \
        "<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>"                                  \
        "</D:prop></D:set></D:propertyupdate>"
#define PROPFIND_BODY(properties)                                                                  \
    XML "<D:propfind xmlns:D=\"DAV:\"><D:prop>" properties "</D:prop></D:propfind>"
#define HELD "If: (<{token}>)\r\n"

/* ---- what clients do ---- */

/* clang-format off */
static const WeftDavStep windows[] = {
    {"asks the root of the server what it can do, without a password",
     "Explorer says that the network name cannot be found, and remembers it until its service is restarted.",
     "OPTIONS", "^", NULL, NULL, "200 204 401", check_some_dav, WEFT_DAV_VISIT_UNKNOWN},
    {"asks the folder what it can do", "Windows takes it for a web site and does not mount it.",
     "OPTIONS", "", NULL, NULL, "200 204", check_author_via, 0},
    {"lists the folder with an empty question", "Explorer cannot open the folder.",
     "PROPFIND", "", "Depth: 1\r\n", "", "207", check_folder, 0},
    {"looks for a file that is not there", "Explorer takes it for there, and refuses to write it.",
     "PROPFIND", "/new.txt", "Depth: 0\r\n", "", "404", NULL, 0},
    {"writes an empty file first", "Explorer cannot copy files there.",
     "PUT", "/new.txt", NULL, "", "201 204", NULL, 0},
    {"locks it, without saying how deep", "Explorer cannot copy files there, or copies only the first.",
     "LOCK", "/new.txt", XML_TYPE "Timeout: Second-3600\r\n", LOCK_BODY("HOST\\user"), "200", keep_token, 0},
    {"sets its times and attributes", "Explorer says that the file cannot be accessed.",
     "PROPPATCH", "/new.txt", XML_TYPE HELD, WIN32_BODY, "207", check_set, 0},
    {"looks at it again", "Explorer takes the file for damaged.",
     "HEAD", "/new.txt", "Translate: f\r\n", NULL, "200", check_length_0, 0},
    {"writes its content under the lock", "Files arrive empty.",
     "PUT", "/new.txt", HELD, CONTENT, "200 201 204", NULL, 0},
    {"unlocks it, with a token that has no brackets", "The file stays locked until the lock runs out.",
     "UNLOCK", "/new.txt", "Lock-Token: {token}\r\n", NULL, "204", forget_token, 0},
    {"reads it back", "Files are damaged.",
     "GET", "/new.txt", "Translate: f\r\n", NULL, "200", check_content, 0},
    {"makes a folder, without a slash at its end", "Explorer cannot make folders.",
     "MKCOL", "/made", NULL, NULL, "201", NULL, 0},
    {"sets the folder's times", "Copying a folder ends with an error.",
     "PROPPATCH", "/made", XML_TYPE, WIN32_BODY, "207", check_set, 0},
    {"renames the folder, without a slash", "Explorer cannot rename folders.",
     "MOVE", "/made", "Destination: {folder}/renamed\r\nOverwrite: F\r\n", NULL, "201", NULL, 0},
    {"moves the file into it", "Explorer cannot move files.",
     "MOVE", "/new.txt", "Destination: {folder}/renamed/new.txt\r\nOverwrite: F\r\n", NULL, "201", NULL, 0},
    {"deletes the folder, without a slash", "Explorer cannot delete folders.",
     "DELETE", "/renamed", NULL, NULL, "200 204", NULL, 0},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0},
};

static const WeftDavStep finder[] = {
    {"asks what the server can do", "Finder mounts it read-only.",
     "OPTIONS", "", NULL, NULL, "200 204", check_class_2, 0},
    {"looks at the folder without a slash at its end", "Finder does not follow redirections here: it does not mount.",
     "PROPFIND", "", XML_TYPE "Depth: 0\r\n",
     PROPFIND_BODY("<D:getlastmodified/><D:getcontentlength/><D:creationdate/><D:resourcetype/>"), "207", check_folder, 0},
    {"asks for the room that is left", "Finder shows no free room, and may refuse to copy.",
     "PROPFIND", "/", XML_TYPE "Depth: 0\r\n",
     PROPFIND_BODY("<D:quota-available-bytes/><D:quota-used-bytes/><D:quota/><D:quotaused/>"), "207", check_quota, 0},
    {"looks for a file that is not there", "Finder cannot copy files there.",
     "PROPFIND", "/._letter.txt", "Depth: 0\r\n", NULL, "404", NULL, 0},
    {"writes an empty file, chunked", "Finder cannot copy files there.",
     "PUT", "/letter.txt", NULL, "", "201 204", NULL, WEFT_DAV_VISIT_CHUNKED},
    {"locks it", "Finder cannot write it.",
     "LOCK", "/letter.txt", XML_TYPE "Depth: 0\r\nTimeout: Second-600\r\n",
     LOCK_BODY("<D:href>http://www.apple.com/webdav_fs/</D:href>"), "200", keep_token, 0},
    {"writes its content, chunked, its length in a field of its own", "Files arrive empty.",
     "PUT", "/letter.txt", HELD "X-Expected-Entity-Length: 23\r\n", CONTENT, "200 201 204", NULL, WEFT_DAV_VISIT_CHUNKED},
    {"unlocks it", "The file stays locked until the lock runs out.",
     "UNLOCK", "/letter.txt", "Lock-Token: <{token}>\r\n", NULL, "204", forget_token, 0},
    {"writes content without a length where nothing is locked", "Files arrive empty.",
     "PUT", "/letter.txt", NULL, CONTENT, "200 201 204", NULL, WEFT_DAV_VISIT_CHUNKED},
    {"reads it back", "Files are damaged.",
     "GET", "/letter.txt", NULL, NULL, "200", check_content, 0},
    {"gives it a name with an accent, a space and an ampersand", "Such names cannot be written.",
     "MOVE", "/letter.txt", "Destination: {folder}/caf%C3%A9%20%26%20co.txt\r\nOverwrite: T\r\n", NULL, "201 204", NULL, 0},
    {"lists it", "Such files are shown with another name, or not at all.",
     "PROPFIND", "/", "Depth: 1\r\n", NULL, "207", check_name, 0},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0},
};

static const WeftDavStep office[] = {
    {"writes a document", "Nothing can be saved.",
     "PUT", "/report.docx", NULL, CONTENT, "201 204", NULL, 0},
    {"asks the document what can be done with it", "Office opens it read-only.",
     "OPTIONS", "/report.docx", NULL, NULL, "200 204", check_author_via, 0},
    {"looks at the folder around it", "Office opens it read-only.",
     "PROPFIND", "", "Depth: 0\r\n", NULL, "207", check_folder, 0},
    {"locks it while it is open", "Office opens it read-only, or others overwrite what is written.",
     "LOCK", "/report.docx", XML_TYPE "Depth: 0\r\nTimeout: Second-3600\r\n",
     LOCK_BODY("<D:href>HOST\\user</D:href>"), "200", keep_long_token, 0},
    {"keeps the lock for longer", "The lock runs out while the document is open.",
     "LOCK", "/report.docx", HELD "Timeout: Second-3600\r\n", NULL, "200", NULL, 0},
    {"is somebody else, who saves over it", "What two people write at a time is lost without a word.",
     "PUT", "/report.docx", NULL, "theirs", "423 412", NULL, 0},
    {"saves it under the lock", "Office cannot save what was changed.",
     "PUT", "/report.docx", HELD, NEW_CONTENT, "200 201 204", NULL, 0},
    {"reads it back", "What was saved is damaged.",
     "GET", "/report.docx", NULL, NULL, "200", check_content, 0},
    {"closes it", "The document stays locked for others.",
     "UNLOCK", "/report.docx", "Lock-Token: <{token}>\r\n", NULL, "204", forget_token, 0},
    {"locks a new name before there is a document", "\"Save as\" fails.",
     "LOCK", "/copy.docx", XML_TYPE "Depth: 0\r\nTimeout: Second-3600\r\n",
     LOCK_BODY("<D:href>HOST\\user</D:href>"), "201 200", keep_token, 0},
    {"saves the document there", "\"Save as\" fails.",
     "PUT", "/copy.docx", HELD, NEW_CONTENT, "200 201 204", NULL, 0},
    {"closes that, too", "The document stays locked for others.",
     "UNLOCK", "/copy.docx", "Lock-Token: <{token}>\r\n", NULL, "204", forget_token, 0},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0},
};

static const WeftDavStep synchronising[] = {
    {"writes a file with the time it was changed at", "Nothing can be written.",
     "PUT", "/old.txt", "X-OC-Mtime: 1000000000\r\n", CONTENT, "201 204", NULL, 0},
    {"asks for that time", "Times of files are lost: all is copied anew, again and again.",
     "PROPFIND", "/old.txt", XML_TYPE "Depth: 0\r\n", PROPFIND_BODY("<D:getlastmodified/>"), "207", check_old_time, 0},
    {"loses its connection while it writes", "(what follows says it)",
     "PUT", "/old.txt", NULL, CUT_OFF_BODY, "", NULL, WEFT_DAV_VISIT_CUT_OFF},
    {"reads the file again", "A broken connection leaves half a file, and the old one is lost.",
     "GET", "/old.txt", NULL, NULL, "200", check_content, 0},
    {"writes only where nothing is", "Two programs overwrite one another.",
     "PUT", "/old.txt", "If-None-Match: *\r\n", "x", "412", NULL, 0},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0},
};
/* clang-format on */

const WeftDavSequence weft_dav_sequences[] = {
    {"Windows Explorer", windows},
    {"Finder", finder},
    {"Microsoft Office", office},
    {"programs that synchronise", synchronising},
    {NULL, NULL},
};
