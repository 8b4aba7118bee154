/* cdn_main.c - chapar-cdn: the role cdn alone, for machines that are not to be trusted with anything else. */
#include "roles/role.h"

int main(int argc, char **argv)
{
	return role_cdn(argc, argv);
}
