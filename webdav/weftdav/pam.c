/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A conversation with PAM in which nobody is there to be asked: prompts for a secret are answered
 * with the password, others with nothing.
 */
#include "webdav/weftdav/pam.h"

#ifdef WEFT_PAM

#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PROMPTS 16

gboolean
weft_dav_pam_is_built_in(void)
{
    return TRUE;
}

/* PAM frees the answers, by free(). */
static int
answer_prompts(int n_prompts, const struct pam_message **prompts, struct pam_response **ret_answers,
               void *password)
{
    if (n_prompts <= 0 || n_prompts > MAX_PROMPTS)
        return PAM_CONV_ERR;

    struct pam_response *answers = calloc((size_t)n_prompts, sizeof *answers);
    if (answers == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < n_prompts; i++)
        if (prompts[i]->msg_style == PAM_PROMPT_ECHO_OFF)
            answers[i].resp = strdup(password);
    *ret_answers = answers;
    return PAM_SUCCESS;
}

/* Who fails is slowed down by address, without holding a thread. */
static void
delay_nothing(G_GNUC_UNUSED int status, G_GNUC_UNUSED unsigned delay_us, G_GNUC_UNUSED void *data)
{
}

gboolean
weft_dav_pam_check(const char *service, const char *folder, const char *user, const char *password)
{
    const struct pam_conv conversation = {answer_prompts, (void *)password};
    pam_handle_t *pam = NULL;
    int status = pam_start_confdir(service, user, &conversation, folder, &pam);

    if (status != PAM_SUCCESS)
        return FALSE;
    status = pam_set_item(pam, PAM_FAIL_DELAY, (const void *)delay_nothing);
    if (status == PAM_SUCCESS)
        status = pam_authenticate(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
    if (status == PAM_SUCCESS)
        status = pam_acct_mgmt(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
    pam_end(pam, status);
    return status == PAM_SUCCESS;
}

#else

gboolean
weft_dav_pam_is_built_in(void)
{
    return FALSE;
}

gboolean
weft_dav_pam_check(G_GNUC_UNUSED const char *service, G_GNUC_UNUSED const char *folder,
                   G_GNUC_UNUSED const char *user, G_GNUC_UNUSED const char *password)
{
    return FALSE;
}

#endif
