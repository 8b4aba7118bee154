/* address.c - see address.h. */
#include "io/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

bool io_ip_text(const struct sockaddr *a, char *out, size_t n)
{
	out[0] = '\0';
	if (a->sa_family == AF_INET6)
		return inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, out,
		                 (socklen_t)n);
	if (a->sa_family == AF_INET)
		return inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr, out,
		                 (socklen_t)n);
	return false;
}
