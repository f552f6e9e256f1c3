-- +goose Up
alter table meetings add column entry bigint not null default 1;
alter table meetings add column delayed_until bigint not null default 0;
create index meetings_zoom on meetings (tenant, zoom_id);
create index meeting_invitees_person on meeting_invitees (tenant, person, meeting);

create table meeting_shares (
    tenant     text   not null,
    id         text   not null,
    meeting    text   not null,
    person     text   not null,
    place      text   not null,
    activity   text   not null,
    revision   bigint not null,
    created_at bigint not null,
    primary key (tenant, id)
);
create index meeting_shares_meeting on meeting_shares (tenant, meeting);

create table spent_tickets (
    ticket     text   not null primary key,
    expires_at bigint not null
);

-- +goose Down
drop table spent_tickets;
drop table meeting_shares;
drop index meeting_invitees_person;
drop index meetings_zoom;
alter table meetings drop column delayed_until;
alter table meetings drop column entry;
