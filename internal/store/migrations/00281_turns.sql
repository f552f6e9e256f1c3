-- +goose Up
-- When it is looked next whether a meeting is about to start; 0: at once.
alter table meetings add column turns_at bigint not null default 0;
create index meetings_turns on meetings (tenant, turns_at) where state = 'active';

-- Conversations that get a card for each meeting of a series.
create table meeting_follows (
    tenant       text   not null,
    meeting      text   not null,
    conversation text   not null,
    place        text   not null,
    person       text   not null,
    created_at   bigint not null,
    primary key (tenant, meeting, conversation)
);
alter table meeting_shares add column original bigint not null default 0;
alter table meeting_shares add column print text not null default '';
create unique index meeting_shares_original on meeting_shares (tenant, meeting, conversation, original) where original > 0;

-- +goose Down
drop index meeting_shares_original;
alter table meeting_shares drop column print;
alter table meeting_shares drop column original;
drop table meeting_follows;
drop index meetings_turns;
alter table meetings drop column turns_at;
