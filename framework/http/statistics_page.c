/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of statistics, for who asks over HTTP.
 */

#include <weft/http_statistics.h>

#include <string.h>

#define JSON_TYPE "application/json"

gboolean
weft_http_statistics_handle(WeftHttpRequest *request, WeftHttpResponse *response, gpointer data,
                            GError **error)
{
    const char *query = weft_http_request_query(request);
    g_autoptr(GHashTable) parameters =
        g_uri_parse_params(query != NULL ? query : "", -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
    const char *path = NULL;
    const char *format = NULL;

    if (parameters != NULL) {
        path = g_hash_table_lookup(parameters, "path");
        format = g_hash_table_lookup(parameters, "format");
    }
    const gboolean is_json = g_strcmp0(format, "json") == 0;
    g_autofree char *text =
        is_json ? weft_statistics_to_json(path) : weft_statistics_to_prometheus(path, data);

    weft_http_response_set_header(response, "Content-Type",
                                  is_json ? JSON_TYPE : WEFT_STATISTICS_PROMETHEUS_TYPE);
    weft_http_response_set_header(response, "Cache-Control", "no-store");
    return weft_http_response_send(response, text, strlen(text), error);
}
