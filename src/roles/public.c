/* public.c - see public.h. */
#include "roles/public.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"

int public_resolve(const char *host_port, char *ret_ip, size_t ip_n, int *ret_port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *ai;
	const char *colon = strrchr(host_port, ':');
	char host[256];
	size_t n;
	int r;

	if (!colon)
		return -ERR_INVALID;
	n = (size_t)(colon - host_port);
	if (n >= 2 && host_port[0] == '[' && colon[-1] == ']') {
		host_port++;
		n -= 2;
	}
	*ret_port = atoi(colon + 1);
	if (!n || n >= sizeof(host) || *ret_port < 1 || *ret_port > 65535)
		return -ERR_INVALID;
	memcpy(host, host_port, n);
	host[n] = '\0';
	if (getaddrinfo(host, NULL, &hints, &ai) != 0)
		return -ERR_INVALID;
	r = getnameinfo(ai->ai_addr, ai->ai_addrlen, ret_ip, (socklen_t)ip_n, NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(ai);
	return r == 0 ? 0 : -ERR_INVALID;
}

int public_is_loopback(const char *ip)
{
	return strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0 || strncmp(ip, "[::1]", 5) == 0;
}

const char *public_reach(const char *ip)
{
	struct in_addr a;
	uint32_t v;

	if (public_is_loopback(ip))
		return "only this machine can connect; --listen 0.0.0.0:4430 --public YOUR.ADDRESS:4430 "
		       "opens it";
	if (strcmp(ip, "0.0.0.0") == 0 || strcmp(ip, "::") == 0)
		return "clients are told an address that is none; name yours with --public HOST:PORT";
	if (inet_pton(AF_INET, ip, &a) == 1) {
		v = ntohl(a.s_addr);
		if (v >> 24 == 10 || v >> 20 == 0xac1 || v >> 16 == 0xc0a8)
			return "the machines of this network can connect";
	}
	return "everybody who can reach this address can connect";
}
