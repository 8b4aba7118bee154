"""A message's media in words that the drivers share, of types that are named as the schema names them."""


def attributes(d):
    return {type(a).__name__.removeprefix('DocumentAttribute'): a for a in d.attributes}


def name(o):
    return type(o).__name__


def letters(sizes):
    return [s.type for s in sizes or [] if name(s) != 'PhotoStrippedSize']


def about(media):
    photo, d = getattr(media, 'photo', None), getattr(media, 'document', None)
    ttl = getattr(media, 'ttl_seconds', None) or 0
    if name(photo) == 'Photo':
        return {'kind': 'photo', 'ttl': ttl, 'thumbs': letters(photo.sizes)}
    if name(d) != 'Document':
        return {'kind': 'expired' if media else None, 'ttl': ttl}
    a = attributes(d)
    v, s, k = a.get('Video'), a.get('Audio'), a.get('Sticker')
    return {'kind': 'sticker' if k else 'gif' if 'Animated' in a else 'video' if v else 'voice' if s and s.voice else 'document',
            'ttl': ttl, 'thumbs': letters(d.thumbs), 'size': d.size, 'mime': d.mime_type, 'duration': (v or s).duration if v or s else 0,
            'w': v.w if v else 0, 'h': v.h if v else 0, 'waveform': (s.waveform or b'').hex() if s else '', 'emoji': k.alt if k else ''}
