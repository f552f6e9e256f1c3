-- +goose Up
create table meeting_requests (
    tenant       text   not null,
    person       text   not null,
    nonce        text   not null,
    meeting      text   not null,
    hash         text   not null,
    request      text   not null,
    state        text   not null,
    refusal      text   not null,
    refusal_kind text   not null,
    attempts     bigint not null,
    expires_at   bigint not null,
    created_at   bigint not null,
    primary key (tenant, person, nonce),
    unique (tenant, meeting)
);

create table meetings (
    tenant        text   not null,
    id            text   not null,
    organizer     text   not null,
    user_id       text   not null,
    name          text   not null,
    locale        text   not null,
    conversation  text   not null,
    place         text   not null,
    draft         text   not null,
    zoom_id       bigint not null,
    join_url      bytea  not null,
    passcode      bytea  not null,
    state         text   not null,
    revision      bigint not null,
    edition       bigint not null,
    roster        bigint not null,
    invited       bigint not null,
    invitees      bigint not null,
    starts_at     bigint not null,
    ends_at       bigint not null,
    card_state    text   not null,
    card_activity text   not null,
    card_attempts bigint not null,
    card_since    bigint not null,
    card_reason   text   not null,
    card_revision bigint not null,
    card_writes   bigint not null,
    created_at    bigint not null,
    primary key (tenant, id)
);
create index meetings_organizer on meetings (tenant, organizer, ends_at);

create table meeting_invitees (
    tenant  text   not null,
    meeting text   not null,
    place   bigint not null,
    person  text   not null,
    user_id text   not null,
    name    text   not null,
    address text   not null,
    guest   bigint not null,
    primary key (tenant, meeting, place)
);

-- +goose Down
drop table meeting_invitees;
drop table meetings;
drop table meeting_requests;
