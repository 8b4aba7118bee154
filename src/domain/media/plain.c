/* plain.c - see plain.h. */
#include "domain/media/plain.h"

#include <math.h>

#include "base/err.h"
#include "base/utf8.h"
#include "crypto/rng.h"
#include "domain/media/media.h"
#include "domain/users/account.h"
#include "domain/users/privacy.h"
#include "rpc_methods.h"
#include "store/contact.h"
#include "store/user.h"

enum { LIVE_MIN = 60, LIVE_MAX = 86400, LIVE_FOR_EVER = INT32_MAX, RADIUS_MAX = 1500, NEAR_MAX = 100000 };

static bool fits(struct slice s, uint32_t max)
{
	return utf8_valid(s) && utf8_utf16_len(s) <= max;
}

/* Whose number it is, where he lets the caller find him by it. */
static int owner_of(struct rpc_call *c, struct slice phone, int64_t *ret)
{
	struct slice digits;
	int64_t id;
	int r;

	*ret = 0;
	if (user_phone_digits(&c->arena, phone, &digits) < 0)
		return 0;
	r = store_phone_find(c->db, digits, &id);
	if (r < 0)
		return r == -ERR_NOTFOUND ? 0 : r;
	r = privacy_allows(c, id, PRIVACY_ADDED_BY_PHONE, c->user_id);
	if (r > 0)
		*ret = id;
	return r;
}

int plain_contact(struct rpc_call *c, const struct tl_inputMediaContact *in, struct tl_obj **ret)
{
	struct tl_messageMediaContact *m = TL_NEW(&c->arena, messageMediaContact);

	if (!fits(in->phone_number, 32) || !fits(in->first_name, LIMIT_FIRST_NAME) ||
	    !fits(in->last_name, LIMIT_LAST_NAME) || !fits(in->vcard, LIMIT_VCARD))
		return rpc_fail(c, 400, "MEDIA_INVALID");
	if (!in->first_name.n && !in->last_name.n)
		return rpc_fail(c, 400, "MEDIA_EMPTY");
	m->phone_number = in->phone_number;
	m->first_name = in->first_name;
	m->last_name = in->last_name;
	m->vcard = in->vcard;
	*ret = &m->o;
	return owner_of(c, in->phone_number, &m->user_id);
}

static int point(struct rpc_call *c, const struct tl_obj *input, struct tl_obj **ret)
{
	const struct tl_inputGeoPoint *in = TL_AS(inputGeoPoint, input);
	struct tl_geoPoint *g = TL_NEW(&c->arena, geoPoint);

	if (!in || !isfinite(in->lat) || !isfinite(in->long_) || fabs(in->lat) > 90 || fabs(in->long_) > 180)
		return rpc_fail(c, 400, "MEDIA_INVALID");
	g->lat = in->lat;
	g->long_ = in->long_;
	if (in->has_accuracy_radius && in->accuracy_radius > 0 && in->accuracy_radius <= RADIUS_MAX) {
		g->has_accuracy_radius = true;
		g->accuracy_radius = in->accuracy_radius;
	}
	*ret = &g->o;
	return 0;
}

int plain_geo(struct rpc_call *c, const struct tl_inputMediaGeoPoint *in, struct tl_obj **ret)
{
	struct tl_messageMediaGeo *m = TL_NEW(&c->arena, messageMediaGeo);

	*ret = &m->o;
	return point(c, in->geo_point, &m->geo);
}

static void direction(const struct tl_inputMediaGeoLive *in, struct tl_messageMediaGeoLive *m)
{
	if (in->has_heading && in->heading >= 1 && in->heading <= 360) {
		m->has_heading = true;
		m->heading = in->heading;
	}
	if (in->has_proximity_notification_radius && in->proximity_notification_radius >= 1 &&
	    in->proximity_notification_radius <= NEAR_MAX) {
		m->has_proximity_notification_radius = true;
		m->proximity_notification_radius = in->proximity_notification_radius;
	}
}

static bool period_fits(int32_t period)
{
	return period == LIVE_FOR_EVER || (period >= LIVE_MIN && period <= LIVE_MAX);
}

int plain_geo_live(struct rpc_call *c, const struct tl_inputMediaGeoLive *in, struct tl_obj **ret)
{
	struct tl_messageMediaGeoLive *m = TL_NEW(&c->arena, messageMediaGeoLive);

	m->period = in->has_period ? in->period : 0;
	if (in->stopped || !period_fits(m->period))
		return rpc_fail(c, 400, "MEDIA_INVALID");
	direction(in, m);
	*ret = &m->o;
	return point(c, in->geo_point, &m->geo);
}

int media_move_live(struct rpc_call *c, const struct tl_inputMediaGeoLive *in, const struct tl_obj *old,
                    unixtime_t born, struct tl_obj **ret)
{
	const struct tl_messageMediaGeoLive *was = TL_AS(messageMediaGeoLive, old);
	struct tl_messageMediaGeoLive *m = TL_NEW(&c->arena, messageMediaGeoLive);
	int64_t age = c->now - born;
	int r;

	if (!was)
		return rpc_fail(c, 400, "MEDIA_PREV_INVALID");
	if (was->period != LIVE_FOR_EVER && age >= was->period)
		return rpc_fail(c, 400, "MESSAGE_EDIT_TIME_EXPIRED");
	m->geo = was->geo;
	m->period = was->period;
	*ret = &m->o;
	if (in->stopped) { /* over is what has lasted its period */
		m->period = age > 1 ? (int32_t)age : 1;
		return 0;
	}
	direction(in, m);
	if (in->has_period && period_fits(in->period))
		m->period = in->period;
	r = point(c, in->geo_point, &m->geo);
	return r;
}

int plain_venue(struct rpc_call *c, const struct tl_inputMediaVenue *in, struct tl_obj **ret)
{
	struct tl_messageMediaVenue *m = TL_NEW(&c->arena, messageMediaVenue);

	if (!fits(in->title, 256) || !fits(in->address, 512) || !fits(in->provider, 64) ||
	    !fits(in->venue_id, 128) || !fits(in->venue_type, 128))
		return rpc_fail(c, 400, "MEDIA_INVALID");
	m->title = in->title;
	m->address = in->address;
	m->provider = in->provider;
	m->venue_id = in->venue_id;
	m->venue_type = in->venue_type;
	*ret = &m->o;
	return point(c, in->geo_point, &m->geo);
}

static const struct {
	const char *emoji; /* without its variation selector */
	uint32_t faces;
} dice[] = {
	{"\xf0\x9f\x8e\xb2", 6},  /* die */
	{"\xf0\x9f\x8e\xaf", 6},  /* darts */
	{"\xf0\x9f\x8f\x80", 5},  /* basketball */
	{"\xe2\x9a\xbd", 5},      /* football */
	{"\xf0\x9f\x8e\xb3", 6},  /* bowling */
	{"\xf0\x9f\x8e\xb0", 64}, /* slot machine */
};

size_t media_dice_count(void)
{
	return sizeof(dice) / sizeof(dice[0]);
}

const char *media_dice_emoji(size_t i)
{
	return dice[i].emoji;
}

/* 1..faces, none likelier than another: draws above the last whole multiple are drawn again. */
static int32_t draw(uint32_t faces)
{
	const uint64_t bound = UINT64_MAX - UINT64_MAX % faces;
	uint64_t x;

	do
		x = rng_u64();
	while (x >= bound);
	return (int32_t)(x % faces) + 1;
}

int plain_dice(struct rpc_call *c, const struct tl_inputMediaDice *in, struct tl_obj **ret)
{
	static const uint8_t selector[] = {0xef, 0xb8, 0x8f};
	struct tl_messageMediaDice *m = TL_NEW(&c->arena, messageMediaDice);
	struct slice e = in->emoticon;

	if (e.n > 3 && memcmp(e.p + e.n - 3, selector, 3) == 0)
		e.n -= 3;
	for (size_t i = 0; i < sizeof(dice) / sizeof(dice[0]); i++)
		if (slice_eq(e, slice_str(dice[i].emoji))) {
			m->emoticon = in->emoticon;
			m->value = draw(dice[i].faces);
			*ret = &m->o;
			return 0;
		}
	return rpc_fail(c, 400, "EMOTICON_INVALID");
}
