-- +goose Up
alter table calendar_entries add column written text not null default '{}';
create index calendar_entries_event on calendar_entries (tenant, event_id);

create table calendar_watches (
    tenant       text   not null,
    person       text   not null,
    subscription text   not null,
    secret       bytea  not null,
    expires_at   bigint not null,
    cursor_link  bytea,
    window_at    bigint not null,
    until_at     bigint not null,
    due_at       bigint not null,
    refused_at   bigint not null,
    asked        bigint not null,
    taken        bigint not null,
    begun_at     bigint not null,
    version      bigint not null,
    primary key (tenant, person)
);
create index calendar_watches_subscription on calendar_watches (subscription);
create index calendar_watches_due on calendar_watches (due_at);

create table meeting_copies (
    tenant  text   not null,
    meeting text   not null,
    zoom    text   not null,
    event   text   not null,
    notes   text   not null,
    listed  text   not null,
    adopted bigint not null,
    version bigint not null,
    asked   bigint not null,
    taken   bigint not null,
    primary key (tenant, meeting)
);

create table meeting_looks (
    tenant   text   not null,
    person   text   not null,
    due_at   bigint not null,
    whole_at bigint not null,
    asked    bigint not null,
    primary key (tenant, person)
);
insert into meeting_looks (tenant, person, due_at, whole_at, asked) select distinct tenant, organizer, 0, 0, 0 from meetings where state = 'active';
create index meeting_looks_due on meeting_looks (due_at);

-- +goose Down
drop table meeting_looks;
drop table meeting_copies;
drop table calendar_watches;
drop index calendar_entries_event;
alter table calendar_entries drop column written;
