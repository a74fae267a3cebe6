/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Send a mail by SMTP, its text from stdin: mail URL FROM TO SUBJECT
 *
 *     echo "See you at nine." | mail smtp://127.0.0.1 ann@example.org ben@example.org Tomorrow
 *
 * libcurl speaks SMTP (smtps:// with TLS, smtp://USER:PASSWORD@HOST with a password), and is called
 * as its manual shows it; weft::cooperative has its waits park the fiber, here with a minute's
 * patience for all of it.  In a server the same function would be called by the fiber that handles
 * a request, and hold up nobody else.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/cooperative.h>
#include <weft/deadline.h>
#include <weft/scheduler.h>

enum { PATIENCE_MS = 60 * 1000 };

typedef struct {
    const char *url;
    const char *from;
    const char *to;
    const char *subject;
    char *text;
} Mail;

/* RFC 2047 2: what is not ASCII is wrapped. */
static char *
encode_subject(const char *subject)
{
    g_autofree char *base64 = g_base64_encode((const guchar *)subject, strlen(subject));

    return g_str_is_ascii(subject) ? g_strdup(subject) : g_strdup_printf("=?UTF-8?B?%s?=", base64);
}

/* RFC 5322: what the recipient sees.  The envelope, by which mail is delivered, is libcurl's. */
static char *
format_mail(const Mail *mail)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *date = g_date_time_format(now, "%a, %d %b %Y %H:%M:%S %z");
    g_autofree char *subject = encode_subject(mail->subject);

    return g_strdup_printf("Date: %s\n"
                           "From: <%s>\n"
                           "To: <%s>\n"
                           "Subject: %s\n"
                           "MIME-Version: 1.0\n"
                           "Content-Type: text/plain; charset=utf-8\n"
                           "Content-Transfer-Encoding: 8bit\n"
                           "\n"
                           "%s",
                           date, mail->from, mail->to, subject, mail->text);
}

static gboolean
send_mail(gpointer data, GError **error)
{
    const Mail *mail = data;
    g_auto(WeftDeadlineScope) patience = weft_deadline_scope_ms(PATIENCE_MS);
    g_autofree char *text = format_mail(mail);
    char complaint[CURL_ERROR_SIZE] = "";
    CURL *curl = curl_easy_init();
    struct curl_slist *recipients = curl_slist_append(NULL, mail->to);
    FILE *source = fmemopen(text, strlen(text), "r");

    curl_easy_setopt(curl, CURLOPT_URL, mail->url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READDATA, source);
    curl_easy_setopt(curl, CURLOPT_CRLF, 1L); /* SMTP ends lines like that */
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, complaint);
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        g_set_error(error, WEFT_ERROR, WEFT_ERROR_IO, "%s: %s", mail->url,
                    *complaint != '\0' ? complaint : curl_easy_strerror(code));
    fclose(source);
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    return code == CURLE_OK;
}

/* A line of the head that had lines in it would be someone else's head. */
static gboolean
is_one_line(const char *text)
{
    return strpbrk(text, "\r\n") == NULL;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (argc != 5 || !is_one_line(argv[2]) || !is_one_line(argv[3]) || !is_one_line(argv[4])) {
        g_printerr("usage: mail URL FROM TO SUBJECT, each of one line\n");
        return 2;
    }
    Mail mail = {.url = argv[1], .from = argv[2], .to = argv[3], .subject = argv[4]};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (!g_file_get_contents("/dev/stdin", &mail.text, NULL, &error) ||
        !weft_cooperative_self_test(&error) || !weft_run("send mail", send_mail, &mail, &error))
        g_printerr("mail: %s\n", error->message);
    curl_global_cleanup();
    g_free(mail.text);
    return error == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
