"""Calls that clients make without an operation of their own here: what each is answered, at three layers."""
import asyncio
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
    ('messages.GetOldFeaturedStickersRequest(0, 10, 0)', 'FeaturedStickers'),
    ('messages.GetEmojiGroupsRequest(0)', 'EmojiGroups'),
    ('messages.GetEmojiStatusGroupsRequest(0)', 'EmojiGroups'),
    ('messages.GetEmojiProfilePhotoGroupsRequest(0)', 'EmojiGroups'),
    ('messages.GetEmojiStickerGroupsRequest(0)', 'EmojiGroups'),
    ('account.GetConnectedBotsRequest()', 'ConnectedBots'),
    ('account.GetBusinessChatLinksRequest()', 'BusinessChatLinks'),
    ('payments.GetSavedInfoRequest()', 'SavedInfo'),
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


async def test_second_device(stage):
    """Whatever is done on one device, TDLib on another of the account and with the other person has nothing to complain of."""
    a = await stage.person('telethon-new', 'Ann')
    other = await stage.client('tdlib')
    await stage.sign_in(other, a.phone)
    b = await stage.person('tdlib', 'Bob')
    u = await a.add_contact(phone='+' + b.phone, first='Bob')
    hash = (await a.call('call', text='users.GetUsersRequest([%d])' % u['id']))[0]['access_hash']
    peer, chat = 'InputPeerUser(%d, %d)' % (u['id'], hash), 'InputDialogPeer(InputPeerUser(%d, %d))' % (u['id'], hash)

    async def do(text, may_lack=False):
        got = await a.call('call', text=text)
        expect(may_lack or got is not None, 'the library knows ' + text)
        return got

    await b.add_contact(phone='+' + a.phone, first='Ann')
    await b.send(to=a.me['id'], text='one two three')
    await other.wait_text('one two three')
    mine = (await a.history(of=u['id'], limit=1))[0]['id']
    quote = 'InputReplyToMessage(%d, quote_text="two", quote_offset=4)' % mine
    sent = await a.send(to=u['id'], text='mine')
    await do('messages.SaveDraftRequest(%s, "half ", reply_to=%s)' % (peer, quote))
    await do('messages.SendMessageRequest(%s, "yes", random_id=5, reply_to=%s, clear_draft=True)' % (peer, quote))
    await b.wait_text('yes')
    await b.read(to=a.me['id'], up_to=(await b.history(of=a.me['id'], limit=1))[0]['id'])
    for _ in range(50):
        try:
            when = await do('messages.GetOutboxReadDateRequest(%s, %d)' % (peer, sent['id']))
            break
        except Refused as e:
            expect_equal(e.name, 'MESSAGE_NOT_READ_YET', 'before it is read')
            await asyncio.sleep(0.1)
    expect(when['date'] > 1700000000, 'when it was read: %r' % when)
    await do('messages.SetHistoryTTLRequest(%s, 86400)' % peer)
    timed = await a.send(to=u['id'], text='for a day')
    await b.wait_text('for a day')
    await do('messages.SetHistoryTTLRequest(%s, 0)' % peer)
    await do('messages.SendScreenshotNotificationRequest(%s, InputReplyToMessage(0), random_id=6)' % peer)
    await do('messages.MarkDialogUnreadRequest(%s, unread=True)' % chat)
    await a.read(to=u['id'], up_to=timed['id'])
    await do('messages.ToggleDialogPinRequest(%s, pinned=True)' % chat)
    await do('messages.ReorderPinnedDialogsRequest(0, [%s], force=True)' % chat)
    await do('folders.EditPeerFoldersRequest([InputFolderPeer(%s, 1)])' % peer)
    await do('folders.EditPeerFoldersRequest([InputFolderPeer(%s, 0)])' % peer)
    await do('messages.UpdateDialogFilterRequest(2, DialogFilter(2, TextWithEntities("Work", []), [], [%s], []))' % peer)
    await do('messages.UpdateDialogFilterRequest(3, DialogFilter(3, TextWithEntities("Home", []), [], [], [], contacts=True))')
    await do('messages.UpdateDialogFiltersOrderRequest([3, 2, 0])')
    await do('messages.UpdateDialogFilterRequest(3)')
    await do('account.UpdateNotifySettingsRequest(InputNotifyPeer(%s), InputPeerNotifySettings(mute_until=2000000000))' % peer)
    await do('account.ResetNotifySettingsRequest()')
    await do('account.SetPrivacyRequest(InputPrivacyKeyBirthday(), [InputPrivacyValueAllowAll()])')
    await do('account.UpdateBirthdayRequest(Birthday(1, 1))')
    await do('account.UpdateProfileRequest(first_name="Anna", last_name="A", about="salt")')
    await do('contacts.BlockRequest(%s)' % peer)
    await do('contacts.UnblockRequest(%s)' % peer)
    await a.forward(to='me', source=u['id'], ids=[mine])
    await a.send(to='me', text='a note')
    await other.wait_text('a note')
    saved = await do('messages.GetSavedDialogsRequest(None, 0, InputPeerEmpty(), 10, 0)')
    expect_equal([d['peer']['user_id'] for d in saved['dialogs']], [a.me['id'], u['id']], 'Saved Messages by whom')
    await do('messages.ToggleSavedDialogPinRequest(%s, pinned=True)' % chat)
    await do('messages.ReorderPinnedSavedDialogsRequest([%s], force=True)' % chat)
    await do('messages.DeleteSavedHistoryRequest(peer=%s, max_id=0)' % peer)
    expect_equal(len((await do('messages.ReportRequest(%s, [%d], b"", "")' % (peer, mine)))['options']) > 3, True, 'what to report')
    await do('messages.DeleteHistoryRequest(%s, 0, revoke=True)' % peer)
    await b.send(to=a.me['id'], text='the end')
    await other.wait_text('the end')
    full = await do('users.GetFullUserRequest(InputUserSelf())')
    expect_equal(full['full_user']['about'], 'salt', 'the profile')
    expect_equal((await other.call('me'))['first'], 'Anna', 'the other device knows the name')


async def test_clean_logs(stage):
    expect_clean_logs(*stage.clients)
