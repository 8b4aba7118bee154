/* language.c - see language.h. A number is its two letters, so that the list may grow. */
#include "base/language.h"

#include <stddef.h>

static const struct {
	char code[3];
	const char *name;
} languages[] = {
	{"af", "Afrikaans"},  {"am", "Amharic"},   {"ar", "Arabic"},     {"az", "Azerbaijani"},
	{"be", "Belarusian"}, {"bg", "Bulgarian"}, {"bn", "Bengali"},    {"bs", "Bosnian"},
	{"ca", "Catalan"},    {"cs", "Czech"},     {"da", "Danish"},     {"de", "German"},
	{"el", "Greek"},      {"en", "English"},   {"eo", "Esperanto"},  {"es", "Spanish"},
	{"et", "Estonian"},   {"eu", "Basque"},    {"fa", "Persian"},    {"fi", "Finnish"},
	{"fr", "French"},     {"gl", "Galician"},  {"gu", "Gujarati"},   {"he", "Hebrew"},
	{"hi", "Hindi"},      {"hr", "Croatian"},  {"hu", "Hungarian"},  {"hy", "Armenian"},
	{"id", "Indonesian"}, {"is", "Icelandic"}, {"it", "Italian"},    {"ja", "Japanese"},
	{"ka", "Georgian"},   {"kk", "Kazakh"},    {"km", "Khmer"},      {"kn", "Kannada"},
	{"ko", "Korean"},     {"ku", "Kurdish"},   {"ky", "Kyrgyz"},     {"lo", "Lao"},
	{"lt", "Lithuanian"}, {"lv", "Latvian"},   {"mk", "Macedonian"}, {"ml", "Malayalam"},
	{"mn", "Mongolian"},  {"mr", "Marathi"},   {"ms", "Malay"},      {"my", "Burmese"},
	{"nb", "Norwegian"},  {"ne", "Nepali"},    {"nl", "Dutch"},      {"no", "Norwegian"},
	{"pa", "Punjabi"},    {"pl", "Polish"},    {"ps", "Pashto"},     {"pt", "Portuguese"},
	{"ro", "Romanian"},   {"ru", "Russian"},   {"si", "Sinhala"},    {"sk", "Slovak"},
	{"sl", "Slovenian"},  {"so", "Somali"},    {"sq", "Albanian"},   {"sr", "Serbian"},
	{"sv", "Swedish"},    {"sw", "Swahili"},   {"ta", "Tamil"},      {"te", "Telugu"},
	{"tg", "Tajik"},      {"th", "Thai"},      {"tk", "Turkmen"},    {"tl", "Tagalog"},
	{"tr", "Turkish"},    {"tt", "Tatar"},     {"ug", "Uyghur"},     {"uk", "Ukrainian"},
	{"ur", "Urdu"},       {"uz", "Uzbek"},     {"vi", "Vietnamese"}, {"zh", "Chinese"},
};

static int number(const char *code)
{
	return (code[0] - 'a' + 1) * 26 + (code[1] - 'a');
}

int language_of(const char *code)
{
	if (!code || !code[0] || !code[1] || (code[2] >= 'a' && code[2] <= 'z'))
		return 0;
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (languages[i].code[0] == code[0] && languages[i].code[1] == code[1])
			return number(code);
	return 0;
}

const char *language_name(int n)
{
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (number(languages[i].code) == n)
			return languages[i].name;
	return NULL;
}
