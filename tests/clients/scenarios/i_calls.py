"""Calls that clients make without an operation of their own here: what each is answered, at three layers."""
import re

from harness import Refused, expect, expect_clean_logs, expect_equal

ME, EMPTY = 'InputPeerSelf()', 'InputPeerEmpty()'
B = 'InputUser({b}, {b_hash})'
PEER_B = 'InputPeerUser({b}, {b_hash})'

# (expression, the answer's type or its error). Everything that a client asks while starting, and what else must be honest.
CALLS = [
    ('help.GetConfigRequest()', 'Config'),
    ('updates.GetStateRequest()', 'State'),
    ('updates.GetDifferenceRequest(pts=1, date=0, qts=1)', ('Difference', 'DifferenceEmpty')),
    ('messages.GetDialogsRequest(0, 0, %s, 100, 0)' % EMPTY, ('Dialogs', 'DialogsSlice')),
    ('messages.GetPinnedDialogsRequest(0)', 'PeerDialogs'),
    ('users.GetUsersRequest([InputUserSelf()])', 'list'),
    ('users.GetFullUserRequest(InputUserSelf())', 'UserFull'),
    ('account.GetPasswordRequest()', 'Password'),
    ('auth.CheckPasswordRequest(InputCheckPasswordEmpty())', (400, 'PASSWORD_HASH_INVALID')),
    ('auth.ExportAuthorizationRequest(2)', (400, 'DC_ID_INVALID')),
    ('auth.ExportAuthorizationRequest(4)', 'ExportedAuthorization'),
    ("auth.ImportAuthorizationRequest(1, b'x')", (400, 'AUTH_BYTES_INVALID')),
    ("auth.ImportBotAuthorizationRequest(0, 1, 'x', '1:x')", (400, 'ACCESS_TOKEN_INVALID')),
    ("auth.ExportLoginTokenRequest(1, 'x', [])", 'LoginToken'),
    ("auth.ImportLoginTokenRequest(b'x')", (400, 'AUTH_TOKEN_INVALID')),
    ("auth.AcceptLoginTokenRequest(b'x')", (400, 'AUTH_TOKEN_INVALID')),
    ("auth.ResendCodeRequest('+99966', 'x')", (400, 'PHONE_CODE_EXPIRED')),
    ("auth.CancelCodeRequest('+99966', 'x')", (400, 'PHONE_CODE_EXPIRED')),
    ('auth.DropTempAuthKeysRequest([])', True),
    ('auth.RequestPasswordRecoveryRequest()', (400, 'PASSWORD_EMPTY')),
    ('help.GetAppConfigRequest(0)', ('AppConfig', 'JsonObject')),
    ('help.GetAppConfigRequest()', ('AppConfig', 'JsonObject')),
    ('help.GetNearestDcRequest()', 'NearestDc'),
    ("help.GetCountriesListRequest('en', 0)", 'CountriesList'),
    ('help.GetTermsOfServiceUpdateRequest()', 'TermsOfServiceUpdateEmpty'),
    ("help.AcceptTermsOfServiceRequest(DataJSON('{{}}'))", True),
    ('help.GetPromoDataRequest()', 'PromoDataEmpty'),
    ('help.GetCdnConfigRequest()', 'CdnConfig'),
    ('help.SaveAppLogRequest([])', True),
    ('help.GetSupportRequest()', 'Support'),
    ("help.GetAppUpdateRequest('x')", 'NoAppUpdate'),
    ('help.GetInviteTextRequest()', 'InviteText'),
    ("help.GetRecentMeUrlsRequest('x')", 'RecentMeUrls'),
    ('help.GetPremiumPromoRequest()', 'PremiumPromo'),
    ('help.GetPeerColorsRequest(0)', 'PeerColors'),
    ('help.GetPeerProfileColorsRequest(0)', 'PeerColors'),
    ('help.GetTimezonesListRequest(0)', 'TimezonesList'),
    ('account.UpdateStatusRequest(False)', True),
    ('account.GetNotifySettingsRequest(InputNotifyUsers())', 'PeerNotifySettings'),
    ('account.GetNotifySettingsRequest(InputNotifyPeer(%s))' % PEER_B, 'PeerNotifySettings'),
    ('account.GetReactionsNotifySettingsRequest()', 'ReactionsNotifySettings'),
    ('account.GetContactSignUpNotificationRequest()', False),
    ('account.GetContentSettingsRequest()', 'ContentSettings'),
    ('account.SetContentSettingsRequest(True)', (403, 'SENSITIVE_CHANGE_FORBIDDEN')),
    ('account.GetGlobalPrivacySettingsRequest()', 'GlobalPrivacySettings'),
    ('account.GetAuthorizationsRequest()', 'Authorizations'),
    ('account.ResetAuthorizationRequest(1)', (400, 'HASH_INVALID')),
    ('account.GetWebAuthorizationsRequest()', 'WebAuthorizations'),
    ('account.GetPasswordSettingsRequest(InputCheckPasswordEmpty())', (400, 'PASSWORD_HASH_INVALID')),
    ('account.GetAutoDownloadSettingsRequest()', 'AutoDownloadSettings'),
    ('account.GetAutoSaveSettingsRequest()', 'AutoSaveSettings'),
    ('account.GetAccountTTLRequest()', 'AccountDaysTTL'),
    ('account.GetWallPapersRequest(0)', 'WallPapers'),
    ("account.GetThemesRequest('x', 0)", 'Themes'),
    ('account.GetChatThemesRequest(0)', ('Themes', 'ChatThemes')),
    ('account.GetDefaultEmojiStatusesRequest(0)', 'EmojiStatuses'),
    ('account.GetRecentEmojiStatusesRequest(0)', 'EmojiStatuses'),
    ('account.GetDefaultBackgroundEmojisRequest(0)', 'EmojiList'),
    ('account.GetDefaultGroupPhotoEmojisRequest(0)', 'EmojiList'),
    ('account.GetDefaultProfilePhotoEmojisRequest(0)', 'EmojiList'),
    ('account.GetSavedRingtonesRequest(0)', 'SavedRingtones'),
    ('account.GetNotifyExceptionsRequest()', 'Updates'),
    ('account.GetPrivacyRequest(InputPrivacyKeyPhoneNumber())', 'PrivacyRules'),
    ('account.InitTakeoutSessionRequest(contacts=True)', 'Takeout'),
    ('account.UpdateDeviceLockedRequest(0)', True),
    ('messages.GetSplitRangesRequest()', 'list'),
    ('messages.GetDialogFiltersRequest()', ('DialogFilters', 'list')),
    ('messages.GetSuggestedDialogFiltersRequest()', 'list'),
    ('messages.GetHistoryRequest(%s, 0, None, 0, 10, 0, 0, 0)' % PEER_B, ('Messages', 'MessagesSlice')),
    ('messages.GetPeerDialogsRequest([InputDialogPeer(%s)])' % PEER_B, 'PeerDialogs'),
    ('messages.GetMessagesRequest([InputMessageID(7777)])', 'Messages'),
    ('messages.GetPeerSettingsRequest(%s)' % PEER_B, ('PeerSettings',)),
    ('messages.GetAllDraftsRequest()', 'Updates'),
    ('messages.GetDialogUnreadMarksRequest()', 'list'),
    ('messages.GetAvailableReactionsRequest(0)', 'AvailableReactions'),
    ('messages.GetAvailableEffectsRequest(0)', 'AvailableEffects'),
    ('messages.GetTopReactionsRequest(10, 0)', 'Reactions'),
    ('messages.GetRecentReactionsRequest(10, 0)', 'Reactions'),
    ('messages.GetAllStickersRequest(0)', 'AllStickers'),
    ("messages.GetStickerSetRequest(InputStickerSetShortName('none'), 0)", (406, 400)),
    ('messages.GetRecentStickersRequest(0)', 'RecentStickers'),
    ('messages.GetFavedStickersRequest(0)', 'FavedStickers'),
    ('messages.GetFeaturedStickersRequest(0)', 'FeaturedStickers'),
    ('messages.GetSavedGifsRequest(0)', 'SavedGifs'),
    ('messages.GetAttachMenuBotsRequest(0)', 'AttachMenuBots'),
    ('messages.GetQuickRepliesRequest(0)', 'QuickReplies'),
    ("messages.GetEmojiKeywordsRequest('en')", 'EmojiKeywordsDifference'),
    ("messages.GetEmojiKeywordsDifferenceRequest('en', 3)", 'EmojiKeywordsDifference'),
    ("messages.GetEmojiKeywordsLanguagesRequest(['en'])", 'list'),
    ("messages.GetWebPagePreviewRequest('https://example.org')", ('WebPagePreview', 'MessageMediaEmpty')),
    ("messages.GetWebPageRequest('https://example.org', 0)", ('WebPage', 'WebPageEmpty')),
    ('messages.GetSavedDialogsRequest(None, 0, %s, 10, 0)' % EMPTY, ('SavedDialogs', 'SavedDialogsSlice')),
    ('messages.GetPinnedSavedDialogsRequest()', 'SavedDialogs'),
    ('messages.GetSavedHistoryRequest(peer=%s, offset_id=0, offset_date=None, add_offset=0, limit=5, max_id=0, min_id=0, hash=0)' % ME,
     ('Messages', 'MessagesSlice')),
    ('messages.GetOutboxReadDateRequest(%s, 1)' % PEER_B, (400, 'MESSAGE_ID_INVALID')),
    ('messages.GetCommonChatsRequest(%s, 0, 10)' % B, 'Chats'),
    ('messages.GetMessagesViewsRequest(%s, [1], False)' % PEER_B, 'MessageViews'),
    ('messages.GetSearchCountersRequest(%s, [InputMessagesFilterUrl()])' % PEER_B, 'list'),
    ("messages.SearchGlobalRequest('', InputMessagesFilterEmpty(), None, None, 0, %s, 0, 10)" % EMPTY, (400, 'SEARCH_QUERY_EMPTY')),
    ('contacts.GetContactsRequest(0)', 'Contacts'),
    ('contacts.GetStatusesRequest()', 'list'),
    ('contacts.GetTopPeersRequest(0, 10, 0, correspondents=True)', 'TopPeersDisabled'),
    ('contacts.GetBirthdaysRequest()', 'ContactBirthdays'),
    ('contacts.GetBlockedRequest(0, 10)', 'Blocked'),
    ('contacts.ExportContactTokenRequest()', 'ExportedContactToken'),
    ("contacts.ImportContactTokenRequest('x')", (400, 'TOKEN_INVALID')),
    ("contacts.SearchRequest('', 10)", (400, 'SEARCH_QUERY_EMPTY')),
    ("contacts.ResolveUsernameRequest('nobody_is_this')", (400, 'USERNAME_NOT_OCCUPIED')),
    ("contacts.ResolveUsernameRequest('a__b')", (400, 'USERNAME_INVALID')),
    ("contacts.ResolvePhoneRequest('15550000000')", (400, 'PHONE_NOT_OCCUPIED')),
    ('contacts.GetSavedRequest()', 'list'),
    ('photos.GetUserPhotosRequest(%s, 0, 0, 10)' % B, 'Photos'),
    ('payments.GetStarsStatusRequest(%s)' % ME, 'StarsStatus'),
    ('stories.GetAllStoriesRequest()', 'AllStories'),
    ('stories.GetAllReadPeerStoriesRequest()', 'Updates'),
    ("langpack.GetLangPackRequest('macos', 'en')", 'LangPackDifference'),
    ("langpack.GetDifferenceRequest('macos', 'en', 0)", 'LangPackDifference'),
    ("langpack.GetStringsRequest('macos', 'en', ['x'])", 'list'),
    ("langpack.GetLanguagesRequest('macos')", 'list'),
    ("langpack.GetLanguageRequest('macos', 'en')", 'LangPackLanguage'),
    ('users.GetRequirementsToContactRequest([%s])' % B, 'list'),
    # A hash that is not the caller's, and nobody's id, answer alike.
    ('users.GetFullUserRequest(InputUser({b}, 1))', (400, 'USER_ID_INVALID')),
    ('users.GetFullUserRequest(InputUser(99999999, 1))', (400, 'USER_ID_INVALID')),
    ('messages.GetHistoryRequest(InputPeerUser({b}, 1), 0, None, 0, 10, 0, 0, 0)', (400, 'PEER_ID_INVALID')),
    # What no method is, what one of its arguments is not, what no version of us serves.
    ("Bytes('04030201')", (400, 'INPUT_METHOD_INVALID')),
    ("Bytes('48a5910d' '15c4b51c' '01000000' '04030201')", (400, 'INPUT_CONSTRUCTOR_INVALID')),
    ("Bytes('48a5910d' '15c4b51c' 'ffffff7f')", (400, 'INPUT_FETCH_ERROR')),
    ("Bytes('48a5910d')", (400, 'INPUT_FETCH_ERROR')),
    ('phone.GetGroupCallJoinAsRequest(%s)' % ME, (400, 'METHOD_NOT_IMPLEMENTED')),
]


def kind(o):
    return o['_'] if isinstance(o, dict) else 'list' if isinstance(o, list) else o


async def check(c, text, wanted):
    """False: the library knows no such call."""
    try:
        got = await c.call_any(text)
    except Refused as e:
        got = (e.code, e.name)
        if e.code is None and re.match('(Type|Name|Attribute)Error', e.name):  # another form of it, or a type it lacks
            got = None
    if got is None:
        return False
    if isinstance(wanted, tuple) and isinstance(wanted[0], int):
        fine = got == wanted or (isinstance(wanted[1], int) and isinstance(got, tuple) and got[0] in wanted)
    else:
        fine = not isinstance(got, tuple) and kind(got) in (wanted if isinstance(wanted, tuple) else (wanted,))
    expect(fine, '%r: %s: %.300r, not %r' % (c, text, got, wanted))
    return True


async def test_each(stage):
    known = {}
    b = await stage.person('telethon', 'Bob')
    for library in 'telethon-old', 'telethon', 'telethon-new':
        a = await stage.person(library, 'Ann')
        u = await a.add_contact(phone='+' + b.phone, first='Bob')
        hash = await a.call('call', text='users.GetUsersRequest([%d])' % u['id'])
        names = {'b': u['id'], 'b_hash': hash[0]['access_hash']}
        a.call_any = lambda text, a=a, names=names: a.call('call', text=text.format(**names))
        n = 0
        for text, wanted in CALLS:
            n += await check(a, text, wanted)
        known[library] = n
    expect(known['telethon-new'] > 110, 'the newest library knows nearly all of these calls: %r' % known)


async def test_clean_logs(stage):
    expect_clean_logs(*stage.clients)
