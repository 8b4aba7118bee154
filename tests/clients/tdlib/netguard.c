/* netguard: LD_PRELOAD library that keeps a client on this machine.
 *
 *   - connect()/sendto()/sendmsg()/sendmmsg() to a loopback address, or on a
 *     non-IP socket, pass unchanged;
 *   - connect() by TCP to an address inside GUARD_DC_NETS (the published
 *     Telegram address ranges) is rewritten to GUARD_TO (ip:port) and logged;
 *     per-address targets can be given in GUARD_MAP;
 *   - everything else fails with ENETUNREACH;
 *   - names are never resolved except localhost and numeric addresses.
 *
 * GUARD_TO=127.0.0.1:4430
 * GUARD_MAP=149.154.167.51=127.0.0.1:4430,149.154.175.50=127.0.0.1:4431  (optional)
 * GUARD_LOG=/path/file  (optional; default is silent)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

static void note(const char *fmt, ...)
{
	const char *path = getenv("GUARD_LOG");
	if (!path)
		return;
	int saved = errno;
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd >= 0) {
		char line[512];
		int n = snprintf(line, sizeof line, "%ld pid=%d ", (long)time(NULL), (int)getpid());
		va_list ap;
		va_start(ap, fmt);
		n += vsnprintf(line + n, sizeof line - (size_t)n - 2, fmt, ap);
		va_end(ap);
		if (n > (int)sizeof line - 2)
			n = (int)sizeof line - 2;
		line[n++] = '\n';
		if (write(fd, line, (size_t)n) < 0) { /* nothing to do */
		}
		close(fd);
	}
	errno = saved;
}

static int loop4(uint32_t be)
{
	return (ntohl(be) >> 24) == 127;
}
static int loop6(const struct in6_addr *a)
{
	if (IN6_IS_ADDR_LOOPBACK(a))
		return 1;
	if (IN6_IS_ADDR_V4MAPPED(a))
		return a->s6_addr[12] == 127;
	return 0;
}

struct net4 {
	uint32_t base, mask;
};
#define N4(a, b, c, d, bits)                                                                                 \
	{                                                                                                    \
		((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d)), bits ? ~0u << (32 - (bits)) : 0          \
	}
/* Address ranges that Telegram announces; clients ship these as constants. */
static const struct net4 dc4[] = {
	N4(149, 154, 160, 0, 20), N4(91, 108, 4, 0, 22),   N4(91, 108, 8, 0, 22),  N4(91, 108, 12, 0, 22),
	N4(91, 108, 16, 0, 22),   N4(91, 108, 20, 0, 22),  N4(91, 108, 56, 0, 22), N4(95, 161, 64, 0, 20),
	N4(91, 105, 192, 0, 23),  N4(185, 76, 151, 0, 24),
};
static int is_dc4(uint32_t be)
{
	uint32_t h = ntohl(be);
	for (size_t i = 0; i < sizeof dc4 / sizeof dc4[0]; i++)
		if ((h & dc4[i].mask) == dc4[i].base)
			return 1;
	return 0;
}
static int is_dc6(const struct in6_addr *a)
{
	static const unsigned char p1[] = {0x20, 0x01, 0x0b, 0x28, 0xf2},
				   p2[] = {0x20, 0x01, 0x06, 0x7c, 0x04, 0xe8};
	static const unsigned char p3[] = {0x2a, 0x0a, 0xf2, 0x80};
	return !memcmp(a->s6_addr, p1, sizeof p1) || !memcmp(a->s6_addr, p2, sizeof p2) ||
	       !memcmp(a->s6_addr, p3, sizeof p3);
}

static int target(const char *ip, struct sockaddr_in *out)
{
	char host[64] = "127.0.0.1";
	int port = 0;
	const char *map = getenv("GUARD_MAP");
	size_t l = strlen(ip);
	for (const char *p = map; p && *p;) {
		const char *end = strchr(p, ',');
		size_t n = end ? (size_t)(end - p) : strlen(p);
		if (n > l + 1 && !strncmp(p, ip, l) && p[l] == '=') {
			char t[80];
			size_t m = n - l - 1;
			if (m >= sizeof t)
				m = sizeof t - 1;
			memcpy(t, p + l + 1, m);
			t[m] = 0;
			if (sscanf(t, "%63[^:]:%d", host, &port) == 2)
				goto done;
		}
		p = end ? end + 1 : NULL;
	}
	const char *to = getenv("GUARD_TO");
	if (!to || sscanf(to, "%63[^:]:%d", host, &port) != 2)
		return 0;
done:
	memset(out, 0, sizeof *out);
	out->sin_family = AF_INET;
	out->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &out->sin_addr) == 1 && loop4(out->sin_addr.s_addr);
}

/* 0 = allow, 1 = redirect, -1 = deny */
static int judge(const struct sockaddr *sa, char *text, size_t n, int *port)
{
	*port = 0;
	if (!sa)
		return 0;
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *s = (const void *)sa;
		inet_ntop(AF_INET, &s->sin_addr, text, (socklen_t)n);
		*port = ntohs(s->sin_port);
		if (loop4(s->sin_addr.s_addr))
			return 0;
		return is_dc4(s->sin_addr.s_addr) ? 1 : -1;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *s = (const void *)sa;
		inet_ntop(AF_INET6, &s->sin6_addr, text, (socklen_t)n);
		*port = ntohs(s->sin6_port);
		if (loop6(&s->sin6_addr))
			return 0;
		if (IN6_IS_ADDR_V4MAPPED(&s->sin6_addr)) {
			uint32_t be;
			memcpy(&be, &s->sin6_addr.s6_addr[12], 4);
			struct in_addr a = {be};
			inet_ntop(AF_INET, &a, text, (socklen_t)n);
			return is_dc4(be) ? 1 : -1;
		}
		return is_dc6(&s->sin6_addr) ? 1 : -1;
	}
	if (sa->sa_family == AF_UNIX || sa->sa_family == AF_NETLINK || sa->sa_family == AF_UNSPEC)
		return 0;
	return -1;
}

int connect(int fd, const struct sockaddr *sa, socklen_t len)
{
	static int (*real)(int, const struct sockaddr *, socklen_t);
	if (!real)
		real = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
	char text[64] = "?";
	int port, v = judge(sa, text, sizeof text, &port), type = 0;
	if (v == 0)
		return real(fd, sa, len);
	socklen_t tl = sizeof type;
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &tl);
	struct sockaddr_in to;
	if (v == 1 && type == SOCK_STREAM && target(text, &to)) {
		note("redirect %s:%d -> %s:%d", text, port, inet_ntoa(to.sin_addr), ntohs(to.sin_port));
		if (sa->sa_family == AF_INET6) {
			struct sockaddr_in6 t6;
			memset(&t6, 0, sizeof t6);
			t6.sin6_family = AF_INET6;
			t6.sin6_port = to.sin_port;
			t6.sin6_addr.s6_addr[10] = t6.sin6_addr.s6_addr[11] = 0xff;
			memcpy(&t6.sin6_addr.s6_addr[12], &to.sin_addr.s_addr, 4);
			int off = 0;
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
			return real(fd, (struct sockaddr *)&t6, sizeof t6);
		}
		return real(fd, (struct sockaddr *)&to, sizeof to);
	}
	note("deny connect %s:%d type=%d", text, port, type);
	errno = ENETUNREACH;
	return -1;
}

ssize_t sendto(int fd, const void *b, size_t n, int fl, const struct sockaddr *sa, socklen_t len)
{
	static ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
	if (!real)
		real = (ssize_t(*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t))dlsym(
			RTLD_NEXT, "sendto");
	char text[64] = "?";
	int port;
	if (judge(sa, text, sizeof text, &port) == 0)
		return real(fd, b, n, fl, sa, len);
	note("deny sendto %s:%d", text, port);
	errno = ENETUNREACH;
	return -1;
}

ssize_t sendmsg(int fd, const struct msghdr *m, int fl)
{
	static ssize_t (*real)(int, const struct msghdr *, int);
	if (!real)
		real = (ssize_t(*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");
	char text[64] = "?";
	int port;
	if (!m || judge(m->msg_name, text, sizeof text, &port) == 0)
		return real(fd, m, fl);
	note("deny sendmsg %s:%d", text, port);
	errno = ENETUNREACH;
	return -1;
}

int sendmmsg(int fd, struct mmsghdr *v, unsigned n, int fl)
{
	static int (*real)(int, struct mmsghdr *, unsigned, int);
	if (!real)
		real = (int (*)(int, struct mmsghdr *, unsigned, int))dlsym(RTLD_NEXT, "sendmmsg");
	char text[64] = "?";
	int port;
	for (unsigned i = 0; i < n; i++)
		if (judge(v[i].msg_hdr.msg_name, text, sizeof text, &port) != 0) {
			note("deny sendmmsg %s:%d", text, port);
			errno = ENETUNREACH;
			return -1;
		}
	return real(fd, v, n, fl);
}

static int numeric_or_local(const char *node)
{
	unsigned char tmp[16];
	return !node || !*node || !strcmp(node, "localhost") || !strcmp(node, "::1") ||
	       inet_pton(AF_INET, node, tmp) == 1 || inet_pton(AF_INET6, node, tmp) == 1;
}

int getaddrinfo(const char *node, const char *svc, const struct addrinfo *h, struct addrinfo **res)
{
	static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	if (!real)
		real = (int (*)(const char *, const char *, const struct addrinfo *,
		                struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");
	if (numeric_or_local(node))
		return real(node, svc, h, res);
	note("deny resolve %s", node);
	return EAI_NONAME;
}

struct hostent *gethostbyname(const char *n)
{
	static struct hostent *(*real)(const char *);
	if (!real)
		real = (struct hostent * (*)(const char *)) dlsym(RTLD_NEXT, "gethostbyname");
	if (numeric_or_local(n))
		return real(n);
	note("deny resolve %s", n);
	h_errno = HOST_NOT_FOUND;
	return NULL;
}

struct hostent *gethostbyname2(const char *n, int af)
{
	static struct hostent *(*real)(const char *, int);
	if (!real)
		real = (struct hostent * (*)(const char *, int)) dlsym(RTLD_NEXT, "gethostbyname2");
	if (numeric_or_local(n))
		return real(n, af);
	note("deny resolve %s", n);
	h_errno = HOST_NOT_FOUND;
	return NULL;
}

/* resolver entry points used by Qt, c-ares style code and others */
int res_query(const char *n, int c, int t, unsigned char *a, int l)
{
	(void)c;
	(void)t;
	(void)a;
	(void)l;
	note("deny res_query %s", n ? n : "");
	errno = ENETUNREACH;
	return -1;
}
int res_search(const char *n, int c, int t, unsigned char *a, int l)
{
	return res_query(n, c, t, a, l);
}

int netguard_active(void)
{
	return 1;
}
