/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the XML of a request body.  Each element stands alone, alone means the same again,
 * and a query that is read can be answered.
 */
#include <string.h>
#include <weft/http.h>

#include "webdav/properties/plan.h"
#include "webdav/properties/view.h"
#include "webdav/xml/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_standalone(const WeftDavXmlNode *element)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = weft_dav_xml_element_to_string(element);
    g_autoptr(WeftDavXml) again = weft_dav_xml_read(text, strlen(text), &error);

    if (again == NULL) {
        /* With what it inherits it may pass a limit that its document did not. */
        g_assert_cmpint(error->code, ==, 413);
        return;
    }
    g_autofree char *text_again = weft_dav_xml_element_to_string(weft_dav_xml_root(again));
    g_assert_cmpstr(text, ==, text_again);
}

/* Who asks, and what he may do, only a request can tell. */
static gboolean
asks_of_request(const WeftDavQuery *query)
{
    for (guint i = 0; query->asked != NULL && i < query->asked->len; i++) {
        const WeftDavLive *live = g_array_index(query->asked, WeftDavAsked, i).live;

        if (live != NULL && live->append != NULL && (live->flags & WEFT_DAV_LIVE_OF_LOCKS) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
check_query(const uint8_t *data, size_t size)
{
    const WeftDavInfo info = {.size_bytes = 1};
    const WeftDavView view = {.folder = "/"};
    const WeftDavResource resource = {"name", 4, &info, NULL, &view};
    g_autoptr(WeftDavPlan) plan = weft_dav_plan_for_body(data, size, NULL);

    if (plan == NULL || asks_of_request(weft_dav_plan_query(plan)))
        return;

    WeftBuffer begin;
    WeftBuffer out;
    weft_buffer_init(&begin, 64);
    weft_buffer_init(&out, 64);
    weft_dav_plan_begin(&begin, "/", 1);
    weft_dav_plan_append(plan, &out, &begin, &resource);
    weft_buffer_clear(&begin);
    weft_buffer_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(WeftDavXml) xml = weft_dav_xml_read(data, size, NULL);

    if (xml != NULL) {
        const WeftDavXmlNode *root = weft_dav_xml_root(xml);
        const WeftDavXmlNode *first = weft_dav_xml_first_element(root);

        check_standalone(root);
        if (first != NULL)
            check_standalone(first);
    }
    check_query(data, size);
    return 0;
}
