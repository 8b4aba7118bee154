/* boot.c - the rest of what clients ask while starting: terms, promotions, support, logs, settings with fixed answers. */
#include "domain/users/view.h"
#include "rpc/call.h"
#include "rpc_methods.h"
#include "store/user.h"

enum { LATER = 86400 };

int help_getTermsOfServiceUpdate(struct rpc_call *c, const struct tl_help_getTermsOfServiceUpdate *q)
{
	struct tl_help_termsOfServiceUpdateEmpty *t = TL_NEW(&c->arena, help_termsOfServiceUpdateEmpty);

	t->expires = (int32_t)c->now + LATER;
	return rpc_reply(c, &t->o);
}

int help_acceptTermsOfService(struct rpc_call *c, const struct tl_help_acceptTermsOfService *q)
{
	return rpc_reply_bool(c, true); /* there are none to refuse */
}

int help_getPromoData(struct rpc_call *c, const struct tl_help_getPromoData *q)
{
	struct tl_help_promoDataEmpty *p = TL_NEW(&c->arena, help_promoDataEmpty);

	p->expires = (int32_t)c->now + LATER;
	return rpc_reply(c, &p->o);
}

int help_saveAppLog(struct rpc_call *c, const struct tl_help_saveAppLog *q)
{
	return rpc_reply_bool(c, true); /* read and forgotten: nobody's habits are kept */
}

int help_dismissSuggestion(struct rpc_call *c, const struct tl_help_dismissSuggestion *q)
{
	return rpc_reply_bool(c, true);
}

int help_getInviteText(struct rpc_call *c, const struct tl_help_getInviteText *q)
{
	struct tl_help_inviteText *t = TL_NEW(&c->arena, help_inviteText);

	t->message = SLICE_LIT("Hey, let us talk here.");
	return rpc_reply(c, &t->o);
}

int help_getSupport(struct rpc_call *c, const struct tl_help_getSupport *q)
{
	struct tl_help_support *s = TL_NEW(&c->arena, help_support);
	int r;

	s->phone_number = SLICE_LIT("42777");
	r = user_view(c, c->user_id, SERVICE_USER, &s->user);
	return r < 0 ? r : rpc_reply(c, &s->o);
}

int account_getReactionsNotifySettings(struct rpc_call *c,
                                       const struct tl_account_getReactionsNotifySettings *q)
{
	struct tl_reactionsNotifySettings *s = TL_NEW(&c->arena, reactionsNotifySettings);

	s->sound = &TL_NEW(&c->arena, notificationSoundDefault)->o;
	s->show_previews = true;
	return rpc_reply(c, &s->o);
}
